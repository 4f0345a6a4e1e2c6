"""Commands of the directories app."""
