"""Pushed groups whose name a local group holds."""
