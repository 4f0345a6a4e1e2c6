"""Reads of the portals app."""
