"""The organization that `make run` shows, and how to get into it."""
