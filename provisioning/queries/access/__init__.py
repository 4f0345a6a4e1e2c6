"""Who has access to which app, why, and since when."""
