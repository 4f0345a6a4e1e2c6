"""Admin rights that groups and people have."""
