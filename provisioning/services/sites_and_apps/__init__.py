"""Sites, their apps, and which groups open them."""
