"""Every write of the portals app."""
