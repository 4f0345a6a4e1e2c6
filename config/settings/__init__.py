"""Settings: what all share, and one module for each place the project runs."""
