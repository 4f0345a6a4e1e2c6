"""Reads over several tables of the directories app."""
