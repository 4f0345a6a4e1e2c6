"""Reads about uploaded lists of customers."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from directories.models import Site
from portals.models import CustomerImport, ImportLine

# What a line of a list does. A line may do several things: the words are joined.
NEW, RENAMED, JOINS = "new", "renamed", "joins"
UNCHANGED, REFUSED = "unchanged", "refused"
WORKING = (
    NEW,
    f"{NEW}_{JOINS}",
    RENAMED,
    f"{RENAMED}_{JOINS}",
    JOINS,
)


class Tab(TextChoices):
    """The lists of an import by what a line does."""

    NEW = "new", _("New customers")
    RENAMED = "renamed", _("Changed name")
    JOINS = "joins", _("Joins organization")
    UNCHANGED = "unchanged", _("Unchanged")
    REFUSED = "refused", _("Refused")


_EFFECTS = {
    Tab.NEW: [each for each in WORKING if each.startswith(NEW)],
    Tab.RENAMED: [each for each in WORKING if each.startswith(RENAMED)],
    Tab.JOINS: [each for each in WORKING if each.endswith(JOINS)],
    Tab.UNCHANGED: [UNCHANGED],
    Tab.REFUSED: [REFUSED],
}


@dataclass(frozen=True)
class ImportNumbers:
    """How many lines of a list do what, and which organizations it makes."""

    total: int
    by_tab: dict[str, int]
    made: int
    names: list[str]

    @property
    def work(self) -> int:
        """Return how many lines change something."""
        idle = self.by_tab[Tab.UNCHANGED] + self.by_tab[Tab.REFUSED]
        return self.total - idle


def effect_of(*, new: bool, renamed: bool, joins: bool) -> str:
    """Return the word for what a line does."""
    parts = [(NEW, new), (RENAMED, renamed and not new), (JOINS, joins)]
    return "_".join(word for word, so in parts if so) or UNCHANGED


def numbers_of(upload: CustomerImport) -> ImportNumbers:
    """Count the lines of a list by what they do."""
    counted = dict(
        upload.lines.order_by("effect").values_list("effect").annotate(n=Count("pk"))
    )
    by_tab = {
        tab.value: sum(counted.get(effect, 0) for effect in effects)
        for tab, effects in _EFFECTS.items()
    }
    return ImportNumbers(
        total=sum(counted.values()),
        by_tab=by_tab,
        made=upload.numbers.get("made", 0),
        names=upload.numbers.get("names", []),
    )


def lines_of(upload: CustomerImport, tab: str = "") -> QuerySet[ImportLine]:
    """Return the lines of a list, of one tab if asked."""
    lines = upload.lines.all()
    return lines.filter(effect__in=_EFFECTS[Tab(tab)]) if tab else lines


def recent_imports(site: Site, size: int = 10) -> QuerySet[CustomerImport]:
    """Return the newest lists of a site."""
    uploads = CustomerImport.objects.filter(site=site).select_related("job")
    return uploads.order_by("-created_at", "-pk")[:size]
