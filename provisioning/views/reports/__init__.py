"""Reports, and what is done to many of their rows."""
