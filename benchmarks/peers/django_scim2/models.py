"""Users and groups with the columns that django-scim2 asks for.

Runs in its environment.
"""
# mypy: ignore-errors
# The peer is not installed where types are checked.

from django.contrib.auth.models import AbstractUser
from django.db import models
from django_scim.models import AbstractSCIMGroupMixin, AbstractSCIMUserMixin


class User(AbstractSCIMUserMixin, AbstractUser):
    """A person."""


class Group(AbstractSCIMGroupMixin):
    """A group and who is in it."""

    name = models.CharField(max_length=255, unique=True)
    user_set = models.ManyToManyField(User, related_name="scim_groups")

    def __str__(self) -> str:
        return self.name
