"""django-scim2 0.23.0: a Django app for an existing model of users."""
