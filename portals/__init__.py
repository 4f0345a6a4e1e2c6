"""Customers of service projects and the portals they may see."""
