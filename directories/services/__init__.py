"""Writes of the directories app, one module a noun."""
