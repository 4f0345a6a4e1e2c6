"""Sites, their apps, and who gets in."""
