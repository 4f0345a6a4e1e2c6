"""Pushed groups whose name a local group holds, and what is decided about them."""
