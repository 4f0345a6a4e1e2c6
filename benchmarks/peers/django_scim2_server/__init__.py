"""django-scim2-server 1.1.0: a Django app on Django's own users and groups."""
