"""Why somebody has access, and what would change if."""
