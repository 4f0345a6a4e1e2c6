"""Formats of dates, one folder a language."""
