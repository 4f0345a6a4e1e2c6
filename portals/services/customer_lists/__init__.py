"""Lists of customers, read from files and taken up."""
