"""Suspends people and restores them."""
