"""Service projects, and who is let in."""
