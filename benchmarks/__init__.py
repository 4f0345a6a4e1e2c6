"""Loads a running server over SCIM and prints what it measured."""
