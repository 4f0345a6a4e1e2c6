"""Records: what an identity provider last said about its people and groups."""

import uuid
from typing import NamedTuple

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directories.models.account import Account
from directories.models.directory import Directory
from directories.models.organization import Organization


class DirectGroup(NamedTuple):
    """What a person shows of a group: key, a hint, SCIM id and name."""

    pk: int
    was_nested: bool
    scim_id: str
    display_name: str


class LinkState(models.TextChoices):
    """What a record led to.

    Linked records count in groups. Paused ones keep their account, but their
    memberships wait. Held ones need an admin. Unlinked ones led to nothing.
    """

    LINKED = "linked", _("Linked")
    PAUSED = "paused", _("Paused")
    HELD = "held", _("Waiting for review")
    UNLINKED = "unlinked", _("Not linked")


class Record(models.Model):
    """What user and group records share.

    `scim_id` is the `id` that the identity provider knows; `document` is the
    SCIM resource without id, schemas, meta, groups and members; `document_key` is
    what filters compare: the same, folded where letter case does not count.
    `link_reason` is a machine word, "" when there is nothing to explain. `seen_at` is
    when the provider last asked for it or wrote it, to the day.
    `version` counts the changes to what the record itself shows: its document and
    a group's members, not how a member is called now, nor a person's groups.
    """

    directory = models.ForeignKey(
        Directory, on_delete=models.CASCADE, related_name="%(class)ss", db_index=False
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    scim_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    external_id = models.CharField(max_length=255, blank=True)
    document = models.JSONField()
    document_key = models.JSONField(default=dict)
    link_state = models.CharField(
        max_length=16,
        choices=LinkState,
        default=LinkState.UNLINKED,
        db_default=LinkState.UNLINKED,
    )
    link_reason = models.CharField(max_length=64, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    version = models.PositiveBigIntegerField(default=1, db_default=1)

    class Meta:
        abstract = True


class UserRecord(Record):
    """One person as the identity provider last described them (RFC 7643 4.1).

    Keys ending in `_key` are folded, that of the display name shortened by
    folding.index_key. `email` is the address that stands for
    the person, "" when the provider gave none.
    """

    user_name = models.CharField(max_length=255)
    user_name_key = models.CharField(max_length=1024)
    display_name_key = models.CharField(max_length=255, blank=True)
    email = models.CharField(max_length=254, blank=True)
    email_key = models.CharField(max_length=1024, blank=True)
    active = models.BooleanField(default=True, db_default=True)
    account = models.ForeignKey(
        Account,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="records",
    )
    # The groups that the person is in themself, where they were read together.
    direct_groups: list[DirectGroup] | None = None

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["directory", "user_name_key"], name="user_record_user_name"
            ),
            models.UniqueConstraint(
                fields=["directory", "email_key"],
                condition=~Q(email_key=""),
                name="user_record_email",
            ),
            models.UniqueConstraint(
                fields=["organization", "account"],
                condition=Q(account__isnull=False),
                name="user_record_owns_account",
            ),
            # Those of customer directories lead to customers, never to accounts.
            models.CheckConstraint(
                condition=Q(link_state__in=["linked", "paused"])
                | Q(account__isnull=True),
                name="user_record_link_has_account",
            ),
        ]
        indexes = [
            models.Index(
                fields=["directory", "external_id"], name="user_record_external_id"
            ),
            models.Index(
                fields=["directory", "display_name_key"],
                name="user_record_display_name",
            ),
            models.Index(fields=["directory", "id"], name="user_record_in_order"),
            models.Index(fields=["directory", "link_state"], name="user_record_state"),
            models.Index(
                fields=["directory", "seen_at", "id"], name="user_record_seen"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_name} ({self.scim_id})"


class UserEmail(models.Model):
    """One e-mail address of a record, so that look-ups by any address are fast."""

    record = models.ForeignKey(
        UserRecord, on_delete=models.CASCADE, related_name="emails"
    )
    # That of the record, which the database checks.
    directory = models.ForeignKey(
        Directory,
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    value_key = models.CharField(max_length=1024)
    type_key = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["value_key", "directory"], name="user_email_value"),
        ]

    def __str__(self) -> str:
        return f"{self.value_key} ({self.pk})"


class GroupRecord(Record):
    """One group as the identity provider last described it (RFC 7643 4.2).

    `member_count` counts the Membership rows exactly, `nested_count` the Nesting
    rows with this group as the parent; both change together with the rows under
    the lock of this row. `was_nested` says whether the group has ever been in
    another one: who changes its members has to look for groups above only then.
    """

    display_name = models.CharField(max_length=255)
    display_name_key = models.CharField(max_length=1024)
    member_count = models.PositiveIntegerField(default=0, db_default=0)
    nested_count = models.PositiveIntegerField(default=0, db_default=0)
    was_nested = models.BooleanField(default=False, db_default=False)
    members = models.ManyToManyField(
        UserRecord, through="Membership", related_name="groups"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["directory", "display_name_key"],
                name="group_record_display_name",
            ),
        ]
        indexes = [
            models.Index(
                fields=["directory", "external_id"], name="group_record_external_id"
            ),
            models.Index(fields=["directory", "id"], name="group_record_in_order"),
            models.Index(fields=["directory", "link_state"], name="group_record_state"),
            models.Index(
                fields=["directory", "link_reason", "id"], name="group_record_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.display_name} ({self.scim_id})"


class Membership(models.Model):
    """One person in one group, as the identity provider said."""

    # That of the group, which the database checks; there are many of these.
    directory = models.ForeignKey(
        Directory,
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    group = models.ForeignKey(
        GroupRecord,
        on_delete=models.CASCADE,
        related_name="memberships",
        db_index=False,
    )
    user = models.ForeignKey(
        UserRecord, on_delete=models.CASCADE, related_name="memberships", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "user"], name="membership_once"),
        ]
        indexes = [models.Index(fields=["user", "group"], name="membership_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.group_id}"


class Nesting(models.Model):
    """One group in another, as the identity provider said."""

    directory = models.ForeignKey(
        Directory, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    parent = models.ForeignKey(
        GroupRecord, on_delete=models.CASCADE, related_name="nested", db_index=False
    )
    child = models.ForeignKey(
        GroupRecord, on_delete=models.CASCADE, related_name="nested_in", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parent", "child"], name="nesting_once"),
            models.CheckConstraint(
                condition=~Q(parent=models.F("child")), name="nesting_not_in_itself"
            ),
        ]
        indexes = [
            models.Index(fields=["child", "parent"], name="nesting_of_child"),
            models.Index(fields=["directory"], name="nesting_of_directory"),
        ]

    def __str__(self) -> str:
        return f"{self.child_id} in {self.parent_id}"
