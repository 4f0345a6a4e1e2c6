"""The sentences for what was refused to do to customers."""

from collections.abc import Iterable
from uuid import UUID

from directories.models import Directory
from portals.models import CustomerOrganization
from portals.queries.settings import Refusal
from portals.refusals import Refused

# A reason may name what is in the way: the word, a colon, its id.
_OWNERS = {
    Refused.OWNED.value: (Directory, "pk"),
    Refused.ORGANIZATION_SYNCED.value: (CustomerOrganization, "public_id"),
}


def sentences(reasons: Iterable[str]) -> dict[str, str]:
    """Return the sentence of each reason, with the names of what is in the way."""
    found = {}
    for reason in set(reasons) - {""}:
        word, _colon, about = reason.partition(":")
        text = _text(word)
        found[reason] = text.format(owner=_name(word, about)) if about else text
    return found


def sentence(reason: str) -> str:
    """Return the sentence of one reason, "" for none."""
    return sentences([reason]).get(reason, "")


def _text(word: str) -> str:
    if word in Refused.values:
        return str(Refused(word).label)
    return str(Refusal(word).label) if word in Refusal.values else word


def _name(word: str, about: str) -> str:
    model, field = _OWNERS[word]
    found = model._default_manager.filter(**{field: UUID(about)})  # noqa: SLF001
    # What is gone by now keeps its id in the words.
    return found.values_list("name", flat=True).first() or about
