"""Groups of the organization: synced, local, deleted, and those of everybody."""
