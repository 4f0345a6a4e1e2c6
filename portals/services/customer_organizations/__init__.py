"""Customer organizations, their domains and members."""
