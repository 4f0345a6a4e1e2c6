"""Which record belongs to which account, found by rules or chosen by admins."""
