"""The seam to whoever turns records into accounts, groups or customers.

Each kind of directory has one consumer: a module named in
settings.DIRECTORY_CONSUMERS that holds the functions of Consumer. They are
called inside the transaction that wrote the record.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings
from django_stubs_ext import StrPromise

from directories.findings import Refusal
from directories.models import (
    Account,
    Directory,
    GroupRecord,
    Job,
    LinkState,
    UserRecord,
)


class RefusedError(Exception):
    """A consumer cannot take a record; texts are fit for client and admin.

    `kind` names the case, and its sentence, in the troubleshooting log, `name` the
    person or group, `advice` is for the admin. Answered with 409 uniqueness.
    """

    def __init__(self, detail: str, *, kind: Refusal, name: str, advice: str) -> None:
        super().__init__(detail)
        self.name = name
        self.kind = kind
        self.advice = advice


@dataclass(frozen=True)
class Outcome:
    """What became of a record; `reason` is a machine word, "" for none."""

    state: LinkState
    account: Account | None = None
    reason: str = ""


@dataclass(frozen=True)
class MembersChange:
    """Which records really joined and left a group, by primary key.

    `joined` and `left` are users, `nested` and `removed` groups. `above` are all
    groups that the group is in at any depth; like the group they are locked. What
    groups in groups mean is for the consumer to say.
    """

    joined: Sequence[int] = ()
    left: Sequence[int] = ()
    nested: Sequence[int] = ()
    removed: Sequence[int] = ()
    above: Sequence[int] = ()

    def __bool__(self) -> bool:
        return bool(self.joined or self.left or self.nested or self.removed)


class Explained(Protocol):
    """What happened to a record and what to do, in a sentence or two each."""

    @property
    def reason(self) -> StrPromise:
        """Return what happened."""

    @property
    def advice(self) -> StrPromise:
        """Return what to do."""


class Work(Protocol):
    """A worker's hold on a job; see directories.services.jobs.Run."""

    @property
    def job(self) -> Job:
        """Return the job."""

    def report(self, *, done: int, cursor: int = 0, total: int | None = None) -> None:
        """Save how far the work is."""


class Consumer(Protocol):
    """What a consumer module offers."""

    def user_changed(self, record: UserRecord, now: datetime) -> Outcome:
        """Take up a new or changed person; raise RefusedError to undo it.

        The link fields of `record` still hold the outcome of last time.
        """

    def user_removed(self, record: UserRecord, now: datetime) -> None:
        """Let go of what the record had led to; it is deleted next."""

    def group_changed(self, record: GroupRecord, now: datetime) -> Outcome:
        """Take up a new or renamed group; raise RefusedError to undo it."""

    def group_revisited(self, record: GroupRecord, now: datetime) -> Outcome:
        """Take up a group as group_changed does, and leave its people to the caller.

        For who looks at all groups and people of a directory again.
        """

    def members_changed(
        self, record: GroupRecord, change: MembersChange, now: datetime
    ) -> None:
        """Carry a change of members on, at once or by a job."""

    def group_removed(self, record: GroupRecord, now: datetime) -> None:
        """Let go of what the record had led to; it is deleted next."""

    def page_of(self, record: UserRecord | GroupRecord) -> str:
        """Return the address of the page of what a record led to, "" for nothing."""

    def explanation_of(self, reason: str) -> Explained | None:
        """Return the words of a link reason, None where there is none."""

    def account_deleted(self, account: Account, now: datetime) -> None:
        """Let go of what an account has beside its records; it is deleted next."""

    def directory_released(
        self, directory: Directory, progress: Callable[[int], None], now: datetime
    ) -> None:
        """Make everything the directory owned local; it may be run again.

        `progress` is told how many records are done after each batch.
        """

    def directory_compared(self, run: Work) -> None:
        """Make everything equal to the records of the job's directory.

        The task of "directory-reconcile" jobs; run again, it goes on where it stopped.
        """


@cache
def _module(name: str) -> Consumer:
    return cast("Consumer", import_module(name))


def consumer_for(directory: Directory) -> Consumer:
    """Return the consumer of a directory's kind."""
    return _module(settings.DIRECTORY_CONSUMERS[directory.kind])


def tell_account_deleted(account: Account, now: datetime) -> None:
    """Tell every consumer that an account is deleted next, in that transaction."""
    for name in settings.DIRECTORY_CONSUMERS.values():
        _module(name).account_deleted(account, now)
