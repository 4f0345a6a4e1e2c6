"""Permissions inside of apps, and the spaces they are about."""
