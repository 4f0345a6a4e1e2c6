"""Identity providers of customers, and what they push."""
