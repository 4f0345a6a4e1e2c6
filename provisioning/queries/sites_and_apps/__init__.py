"""Sites and their apps."""
