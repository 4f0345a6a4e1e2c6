"""Groups of the organization."""
