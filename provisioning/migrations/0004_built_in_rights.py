"""Give every organization its built-in groups, and those what they stand for."""

from django.db import migrations
from django.utils import timezone

BUILT_IN = (
    ("org-admins", "Administers the organization", "organization_admin"),
    ("site-admins", "Administers the sites", "site_admin"),
)


def give_rights(apps, _editor):
    """Make what is missing; a local group of such a name stays as it is."""
    now = timezone.now()
    for organization in apps.get_model("directories", "Organization").objects.all():
        for name, description, role in BUILT_IN:
            group, _made = apps.get_model(
                "provisioning", "Group"
            ).objects.get_or_create(
                organization=organization,
                name_key=name,
                defaults={
                    "kind": "built_in",
                    "name": name,
                    "description": description,
                    "created_at": now,
                },
            )
            if group.kind == "built_in":
                _give(apps, group, role, now)


def _give(apps, group, role, now):
    apps.get_model("provisioning", "GroupRole").objects.get_or_create(
        group=group, role=role, site=None, defaults={"created_at": now}
    )
    members = apps.get_model("provisioning", "GroupMember").objects
    active = apps.get_model("directories", "Member").objects.filter(
        organization_id=group.organization_id, status="active"
    )
    inside = members.filter(group=group, account__in=active.values("account"))
    right = apps.get_model("directories", "RoleAssignment")
    right.objects.bulk_create(
        (
            right(
                organization_id=group.organization_id,
                account_id=account,
                role=role,
                group_id=group.pk,
                created_at=now,
            )
            for account in inside.values_list("account_id", flat=True)
        ),
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("provisioning", "0003_group_rules"),
        ("directories", "0009_account_domains"),
    ]

    operations = [
        migrations.RunPython(give_rights, migrations.RunPython.noop, elidable=True),
    ]
