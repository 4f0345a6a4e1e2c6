"""What help desks of the demonstration have, and how to get into all of it."""
