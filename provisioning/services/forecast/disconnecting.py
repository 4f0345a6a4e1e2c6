"""Works out what disconnecting a directory would make of its people and groups."""

from django.db.models import QuerySet

from directories.models import GroupRecord, UserRecord
from provisioning.models import Group
from provisioning.services.forecast.run import BATCH, Forecast


def work_out(forecast: Forecast) -> None:
    """List who becomes local, and what is forgotten because it led to nothing."""
    people = UserRecord.objects.filter(directory=forecast.directory)
    linked = people.filter(account__isnull=False)
    _list(forecast, "person_local", linked, name="user_name", detail="account__email")
    lost = people.filter(account__isnull=True)
    _list(forecast, "person_forgotten", lost, name="user_name", detail="link_reason")
    groups = GroupRecord.objects.filter(directory=forecast.directory)
    synced = groups.filter(group__isnull=False)
    _list(forecast, "group_local", synced, name="group__name", detail="")
    everybody = Group.objects.filter(
        directory=forecast.directory, kind=Group.Kind.ALL_MEMBERS
    )
    names = everybody.order_by("pk").values_list("name", flat=True)
    forecast.add([("group_local", name, "") for name in names])
    waiting = groups.filter(group__isnull=True)
    _list(
        forecast,
        "group_forgotten",
        waiting,
        name="display_name",
        detail="link_reason",
    )


def _list(
    forecast: Forecast,
    effect: str,
    records: "QuerySet[UserRecord] | QuerySet[GroupRecord]",
    *,
    name: str,
    detail: str,
) -> None:
    after = 0
    columns = ("pk", name, detail or name)
    ordered = records.order_by("pk")
    while rows := list(ordered.filter(pk__gt=after).values_list(*columns)[:BATCH]):
        after = rows[-1][0]
        lines = [
            (effect, called, more if detail and more != called else "")
            for _key, called, more in rows
        ]
        forecast.add(lines)
        forecast.advance(len(rows))
