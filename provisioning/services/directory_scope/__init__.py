"""Who of a directory is carried on to the organization."""
