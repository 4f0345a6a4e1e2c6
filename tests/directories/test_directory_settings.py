"""The service that changes how a directory takes requests."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from directories.events import Event
from directories.models import AuditEvent, Directory, Job
from directories.services.audit import SYSTEM
from directories.services.directory_settings import Choices, change_settings
from tests.factories.directories import DirectoryFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DEFAULTS = Choices(
    mode="compatible",
    unknown_attributes="drop",
    nested_groups="count",
    group_conflicts="hold",
    all_members=False,
    reads_per_minute=None,
    writes_per_minute=None,
    request_log_days=14,
    request_log_bodies=True,
    troubleshooting_days=90,
    guard_on=True,
    guard_percent=20,
    guard_least=50,
)


def change(directory, **wanted):
    return change_settings(
        directory=directory, choices=replace(DEFAULTS, **wanted), by=SYSTEM, now=NOW
    )


def test_a_directory_begins_with_the_defaults():
    directory = DirectoryFactory.create()

    assert change(directory).changes == {}
    assert not AuditEvent.objects.exists()


def test_what_changed_is_written_down_with_before_and_after():
    directory = DirectoryFactory.create()

    outcome = change(directory, mode="strict", reads_per_minute=0)

    expected = {"mode": ["compatible", "strict"], "reads_per_minute": [None, 0]}
    assert outcome.changes == expected
    assert outcome.job is None
    event = AuditEvent.objects.get()
    assert (event.action, event.details) == (Event.DIRECTORY_CHANGED, expected)
    assert (event.target_kind, event.target_id) == ("directory", str(directory.pk))
    assert event.at == NOW
    directory.refresh_from_db()
    assert (directory.mode, directory.reads_per_minute) == ("strict", 0)


def test_what_another_admin_changed_meanwhile_is_compared_with():
    stale = DirectoryFactory.create()
    Directory.objects.filter(pk=stale.pk).update(mode="strict", name="Renamed")

    outcome = change(stale, mode="strict", request_log_days=1)

    assert outcome.changes == {"request_log_days": [14, 1]}
    assert AuditEvent.objects.get().target_name == "Renamed"
    stale.refresh_from_db()
    assert stale.name == "Renamed"


def test_groups_in_groups_bring_one_comparison():
    directory = DirectoryFactory.create()

    job = change(directory, nested_groups="ignore").job
    again = change(directory, nested_groups="count").job

    assert job == again == Job.objects.get()
    assert job.kind == "directory-reconcile"


@pytest.mark.parametrize("state", ["not_set_up", "deleting"])
def test_nothing_is_compared_where_nothing_is_synced(state):
    directory = DirectoryFactory.create(state=state)

    outcome = change(directory, nested_groups="ignore")

    assert outcome.job is None
    assert not Job.objects.exists()
    directory.refresh_from_db()
    assert directory.nested_groups == "ignore"
