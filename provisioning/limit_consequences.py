"""What another user limit of an app changes, in numbers and words, before it does."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from provisioning.models import App
from provisioning.queries.access.licenses import Licenses

AtLimit = App.AtLimit


@dataclass(frozen=True)
class Plan:
    """What a change of the limit does: `lines` say it; nothing changes without any.

    `trying_again` says what becomes of people who were refused when they are looked
    at again; "" where nobody was.
    """

    lines: list[str]
    trying_again: str = ""

    def __bool__(self) -> bool:
        return bool(self.lines)


def plan_of(use: Licenses, limit: int | None, at_limit: str) -> Plan:
    """Return what it means for an app to have this limit and setting from now on."""
    same_limit, same_setting = limit == use.limit, at_limit == use.app.at_limit
    if same_limit and same_setting:
        return Plan([])
    lines = []
    if not same_limit:
        lines.append(_limit_words(use, limit))
    lines += _lower_words(use, limit, at_limit)
    lines += _waiting_words(use, limit, at_limit)
    lines += _refused_words(use)
    if not same_setting:
        lines.append(_setting_words(at_limit))
    return Plan(lines, _trying_words(use, limit, at_limit))


def written(number: int) -> str:
    """Write a number as people of the reader's language do."""
    return number_format(number, force_grouping=True)


def _limit_words(use: Licenses, limit: int | None) -> str:
    if limit is None:
        text = _("There is no limit any more. Licenses used now: {used}.")
    elif use.limit is None:
        text = _("The limit is {limit} from now on. Licenses used now: {used}.")
    else:
        text = _(
            "The limit changes from {former} to {limit}. Licenses used now: {used}."
        )
    return text.format(
        limit=written(limit or 0),
        former=written(use.limit or 0),
        used=written(use.used),
    )


def _lower_words(use: Licenses, limit: int | None, at_limit: str) -> Iterator[str]:
    """Say what becomes of people who are more than the limit, and of new ones."""
    if limit is None or limit >= use.used:
        return
    over = use.used - limit
    fewer = _("That is {number} fewer than are used. Nobody loses access.")
    yield fewer.format(number=written(over))
    if at_limit == AtLimit.ALLOW:
        yield _("New people get access all the same, and admins are warned.")
        return
    new = (
        ngettext(
            "New people wait until {number} person has left.",
            "New people wait until {number} people have left.",
            over + 1,
        )
        if at_limit == AtLimit.QUEUE
        else ngettext(
            "New people are refused until {number} person has left.",
            "New people are refused until {number} people have left.",
            over + 1,
        )
    )
    yield new.format(number=written(over + 1))


def _waiting_words(use: Licenses, limit: int | None, at_limit: str) -> Iterator[str]:
    """Say who of those who wait gets access now."""
    free = min(use.waiting, _open_to(use, limit, at_limit))
    if free:
        yield ngettext(
            "{number} person who waits gets access now.",
            "{number} people who wait get access now, the first in the line first.",
            free,
        ).format(number=written(free))
    if rest := use.waiting - free:
        yield ngettext(
            "{number} person goes on waiting.",
            "{number} people go on waiting, in the same order.",
            rest,
        ).format(number=written(rest))


def _open_to(use: Licenses, limit: int | None, at_limit: str) -> int:
    """Return how many of those without a license may have one now."""
    if limit is None or at_limit == AtLimit.ALLOW:
        return use.waiting + use.refused
    return max(0, limit - use.used)


def _trying_words(use: Licenses, limit: int | None, at_limit: str) -> str:
    """Say what “Try again” does, after everybody who waits."""
    if not use.refused:
        return ""
    free = max(0, _open_to(use, limit, at_limit) - use.waiting)
    if free >= use.refused:
        return _("All of them get access.")
    words = _("None of them gets access: no license is left for them.")
    if free:
        words = ngettext(
            "{number} of them gets access.", "{number} of them get access.", free
        ).format(number=written(free))
    rest = _("The others stay refused.") if free else ""
    if at_limit == AtLimit.QUEUE:
        rest = _("The others wait for a license.") if free else _("They wait for one.")
    return f"{words} {rest}".rstrip()


def _refused_words(use: Licenses) -> Iterator[str]:
    if use.refused:
        yield ngettext(
            "{number} person who was refused stays without access until you tick "
            "“Try again” below, or use it later.",
            "{number} people who were refused stay without access until you tick “Try "
            "again” below, or use it later.",
            use.refused,
        ).format(number=written(use.refused))


def _setting_words(at_limit: str) -> str:
    if at_limit == AtLimit.REFUSE:
        return _(
            "From now on what needs more licenses than are free is refused here, and "
            "people whom an identity provider adds then get no access until an admin "
            "uses “Try again”."
        )
    if at_limit == AtLimit.QUEUE:
        return _(
            "From now on whoever is one too many waits, and gets access when a license "
            "becomes free."
        )
    return _(
        "From now on everybody gets access, also more people than the limit, and "
        "admins are warned."
    )


def needs_words(use: Licenses, needed: int) -> list[str]:
    """Say what it means that so many more people need a license of an app."""
    free = use.free or 0
    over = max(0, needed - free)
    lines = [
        ngettext(
            "{number} person in the chosen groups needs a license; {free} of {limit} "
            "are free.",
            "{number} people in the chosen groups need a license; {free} of {limit} "
            "are free.",
            needed,
        ).format(
            number=written(needed), free=written(free), limit=written(use.limit or 0)
        )
    ]
    if not over:
        return [*lines, _("Everybody gets access.")]
    if use.app.at_limit == AtLimit.REFUSE:
        refused = ngettext(
            "{number} license is missing, so this is refused: nothing was changed.",
            "{number} licenses are missing, so this is refused: nothing was changed.",
            over,
        )
        return [*lines, refused.format(number=written(over))]
    if use.app.at_limit == AtLimit.QUEUE:
        waits = ngettext(
            "{number} person will wait, and gets access when a license becomes free.",
            "{number} people will wait, and get access when licenses become free.",
            over,
        )
        return [*lines, waits.format(number=written(over))]
    beyond = ngettext(
        "Everybody gets access: {number} person more than the limit.",
        "Everybody gets access: {number} people more than the limit.",
        use.over + over,
    )
    return [*lines, beyond.format(number=written(use.over + over))]
