"""Tables of the portals app."""
