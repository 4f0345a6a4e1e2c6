"""Console pages of the directories app."""
