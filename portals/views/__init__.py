"""Pages of the portals app."""
