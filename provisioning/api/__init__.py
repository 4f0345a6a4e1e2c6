"""Calls of an organization's programs about links between records and accounts."""
