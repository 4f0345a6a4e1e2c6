"""Shapes of the calls about access: why somebody has it, and what would change."""

from rest_framework import serializers

from directories.paging import MAX_INTEGER
from provisioning.models import App
from provisioning.queries.planning.access_plan import Kind

# drf-spectacular names the parts of its description after these classes.


class AccessWayAnswer(serializers.Serializer[object]):
    """A group that gives a role, and who brought that about."""

    groupId = serializers.CharField()  # noqa: N815 - the wire's name
    name = serializers.CharField()
    kind = serializers.CharField()
    givenAt = serializers.DateTimeField()  # noqa: N815
    givenBy = serializers.CharField(allow_null=True)  # noqa: N815
    joinedAt = serializers.DateTimeField(allow_null=True)  # noqa: N815
    joinedBy = serializers.CharField(allow_null=True)  # noqa: N815


class AccessRoleAnswer(serializers.Serializer[object]):
    """A role that somebody is entitled to."""

    role = serializers.CharField()
    state = serializers.CharField(
        allow_null=True,
        help_text="active, waiting or refused; null while it rests.",
    )
    since = serializers.DateTimeField(allow_null=True)
    groups = AccessWayAnswer(many=True)


class AccessOpenerAnswer(serializers.Serializer[object]):
    """A group that would open an app."""

    groupId = serializers.CharField()  # noqa: N815
    name = serializers.CharField()
    role = serializers.CharField()


class AppAccessAnswer(serializers.Serializer[object]):
    """Why somebody may use one app, or may not."""

    siteId = serializers.CharField()  # noqa: N815
    site = serializers.CharField()
    app = serializers.CharField()
    hasAccess = serializers.BooleanField()  # noqa: N815
    roles = AccessRoleAnswer(many=True)
    openedBy = AccessOpenerAnswer(  # noqa: N815
        many=True, help_text="Some groups that would, where none of theirs does."
    )


class UserAccessAnswer(serializers.Serializer[object]):
    """Why somebody has access to each app, or has not."""

    accountId = serializers.CharField()  # noqa: N815
    status = serializers.CharField(help_text="active, suspended or deactivated")
    apps = AppAccessAnswer(many=True)


class WhatIfRequest(serializers.Serializer[object]):
    """One planned step; which fields count depends on `kind`."""

    kind = serializers.ChoiceField(choices=[kind.value for kind in Kind])
    siteId = serializers.CharField(required=False)  # noqa: N815
    app = serializers.ChoiceField(choices=App.Kind.values, required=False)
    role = serializers.CharField(required=False)
    groupId = serializers.CharField(required=False)  # noqa: N815
    sourceGroupId = serializers.CharField(required=False)  # noqa: N815
    accountId = serializers.CharField(required=False)  # noqa: N815
    limit = serializers.IntegerField(required=False, allow_null=True, min_value=0)
    cursor = serializers.IntegerField(
        required=False, min_value=0, max_value=MAX_INTEGER
    )


class AccessNumbersAnswer(serializers.Serializer[object]):
    """How many people each effect concerns, for one role in an app."""

    siteId = serializers.CharField()  # noqa: N815
    app = serializers.CharField()
    role = serializers.CharField()
    effects = serializers.DictField(child=serializers.IntegerField())


class RightNumbersAnswer(serializers.Serializer[object]):
    """How many people gain or lose one admin right."""

    role = serializers.CharField()
    siteId = serializers.CharField(allow_null=True)  # noqa: N815
    app = serializers.CharField(allow_blank=True)
    effects = serializers.DictField(child=serializers.IntegerField())


class ShortageAnswer(serializers.Serializer[object]):
    """An app whose user limit would refuse the step."""

    siteId = serializers.CharField()  # noqa: N815
    app = serializers.CharField()
    free = serializers.IntegerField()
    needed = serializers.IntegerField()


class ChangedPersonAnswer(serializers.Serializer[object]):
    """What becomes of one role, or of one admin right, of one person."""

    accountId = serializers.CharField()  # noqa: N815
    effect = serializers.CharField()
    siteId = serializers.CharField(allow_null=True)  # noqa: N815
    app = serializers.CharField(allow_blank=True)
    role = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class WhatIfAnswer(serializers.Serializer[object]):
    """What a step would change."""

    complete = serializers.BooleanField(
        help_text="Whether everybody was counted; else the first of them were."
    )
    lookedAt = serializers.IntegerField()  # noqa: N815
    apps = AccessNumbersAnswer(many=True)
    rights = RightNumbersAnswer(many=True)
    refused = ShortageAnswer(many=True)
    people = ChangedPersonAnswer(many=True)
    nextCursor = serializers.IntegerField(  # noqa: N815
        allow_null=True, help_text="For the next page; null on the last one."
    )
