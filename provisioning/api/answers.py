"""Shapes of what is sent and answered (organization-provisioning 11.2, 11.6)."""

from rest_framework import serializers

from directories.models import GroupRecord, UserRecord
from provisioning.reasons import EXPLANATIONS

# drf-spectacular names the parts of its description after these classes.


class ScimLinkAnswer(serializers.Serializer[UserRecord]):
    """The link between a pushed user and an account."""

    scimUserId = serializers.UUIDField(source="scim_id")  # noqa: N815 - the wire's name
    atlassianAccountId = serializers.SerializerMethodField(  # noqa: N815
        help_text="The account's id, null for a user who is not linked."
    )
    orgId = serializers.UUIDField(source="organization_id")  # noqa: N815
    directoryId = serializers.UUIDField(source="directory_id")  # noqa: N815

    def get_atlassianAccountId(self, record: UserRecord) -> str | None:  # noqa: N802
        """Return the id that SCIM shows as `atlassianAccountId`."""
        return record.account.public_id.hex if record.account else None


class ScimLinksAnswer(serializers.Serializer[object]):
    """The links of an account, or of an e-mail address."""

    scimLinks = ScimLinkAnswer(many=True)  # noqa: N815


class ScimUserAnswer(ScimLinkAnswer):
    """A link with the user's name, its state and what explains it."""

    userName = serializers.CharField(source="user_name")  # noqa: N815
    email = serializers.CharField()
    state = serializers.CharField(source="link_state")
    reason = serializers.CharField(
        source="link_reason", help_text="A machine word, empty when all is well."
    )
    explanation = serializers.SerializerMethodField()

    def get_explanation(self, record: UserRecord) -> str:
        """Return what happened and what to do."""
        return _explained(record.link_reason)


class ScimUsersAnswer(serializers.Serializer[object]):
    """A page of users."""

    scimUsers = ScimUserAnswer(many=True)  # noqa: N815
    nextCursor = serializers.CharField(  # noqa: N815
        allow_null=True, help_text="For the next page; null on the last one."
    )


class ScimGroupAnswer(serializers.Serializer[GroupRecord]):
    """A pushed group, and the group that it led to."""

    scimGroupId = serializers.UUIDField(source="scim_id")  # noqa: N815
    groupId = serializers.SerializerMethodField(  # noqa: N815
        help_text="The synced group's id, null when the pushed group led to none."
    )
    orgId = serializers.UUIDField(source="organization_id")  # noqa: N815
    directoryId = serializers.UUIDField(source="directory_id")  # noqa: N815
    displayName = serializers.CharField(source="display_name")  # noqa: N815
    memberCount = serializers.IntegerField(source="member_count")  # noqa: N815
    state = serializers.CharField(source="link_state")
    reason = serializers.CharField(source="link_reason")
    explanation = serializers.SerializerMethodField()

    def get_groupId(self, record: GroupRecord) -> str | None:  # noqa: N802
        """Return the id that the console shows."""
        group = getattr(record, "group", None)
        return str(group.public_id) if group else None

    def get_explanation(self, record: GroupRecord) -> str:
        """Return what happened and what to do."""
        return _explained(record.link_reason)


class ScimGroupsAnswer(serializers.Serializer[object]):
    """The pushed groups of a name."""

    scimGroups = ScimGroupAnswer(many=True)  # noqa: N815


class JobAnswer(serializers.Serializer[object]):
    """Work that goes on in the background."""

    jobId = serializers.UUIDField(source="pk")  # noqa: N815
    state = serializers.CharField()


class ErrorAnswer(serializers.Serializer[object]):
    """Why a call was refused; the id finds it in the server's log."""

    error = serializers.CharField()
    traceId = serializers.CharField()  # noqa: N815


class EmailRequest(serializers.Serializer[object]):
    """The address to look for."""

    email = serializers.CharField(max_length=254)


class NameRequest(serializers.Serializer[object]):
    """The name to look for, in any letter case."""

    name = serializers.CharField(max_length=255)


class RelinkRequest(serializers.Serializer[object]):
    """Which account to link to, where the rules do not find it by address."""

    atlassianAccountId = serializers.CharField(  # noqa: N815
        required=False, max_length=64
    )


class UnlinkedQuery(serializers.Serializer[object]):
    """Which users to list, and which page of them."""

    directoryId = serializers.UUIDField(required=False)  # noqa: N815
    state = serializers.ChoiceField(
        required=False, choices=["unlinked", "paused", "held"]
    )
    reason = serializers.CharField(required=False, max_length=64)
    cursor = serializers.CharField(required=False, max_length=1024)
    limit = serializers.IntegerField(
        required=False, default=100, min_value=1, max_value=1000
    )


def _explained(reason: str) -> str:
    explanation = EXPLANATIONS.get(reason)
    return f"{explanation.reason} {explanation.advice}" if explanation else ""
