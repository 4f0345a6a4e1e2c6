"""What a planned change would make of access; nothing is written."""
