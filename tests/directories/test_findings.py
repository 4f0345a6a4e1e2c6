"""Every entry of the troubleshooting log begins with a sentence for admins."""

import ast
import re
from pathlib import Path
from typing import get_args

import pytest
from django.conf import settings

from directories import findings
from directories.findings import Refusal
from directories.models import TroubleshootingEntry
from directories.scim.protocol import errors
from directories.scim.refusals import explain
from directories.scim.reporting import UNLOGGED
from directories.services import limits
from directories.services.memberships import UnknownMembersError
from directories.services.records import TakenError
from directories.services.subscriptions import SubscriptionEndedError
from provisioning.reasons import EXPLANATIONS, Reason

# Words of the protocol and of those who write programs: some whatever their case,
# names of fields by the capital inside of them.
WORDS = re.compile(
    r"\b(scim|https?|json|schema|path|attribute|resource|uniqueness|mutability|syntax"
    r"|operation|payload|parameter|null|status)s?\b",
    re.IGNORECASE,
)
NAMES = re.compile(r"\w[a-z][A-Z]|[\[\]_`]|\b(PATCH|PUT|POST|GET|DELETE)\b")


def technical(text):
    """Return the technical words of a text; a place for a value is none."""
    plain = re.sub(r"\{\w+\}", "x", str(text))
    return [each[0] for words in (WORDS, NAMES) for each in words.finditer(plain)]


def subclasses(of):
    for each in of.__subclasses__():
        yield each
        yield from subclasses(each)


def logged_errors():
    kinds = {each.__name__: each for each in subclasses(errors.ScimError)}
    known = [each("x") for _name, each in sorted(kinds.items())]
    return [each for each in known if each.status not in UNLOGGED]


def said_of(kind, status=409, reason="Resource [GROUP]: with displayName[x] exists."):
    entry = TroubleshootingEntry(kind=kind, reason=reason, request={"status": status})
    return findings.sentence_of(entry), findings.answer_of(entry)


@pytest.mark.parametrize("kind", Refusal)
def test_every_refusal_has_one_plain_sentence(kind):
    said, answered = said_of(kind)

    assert re.fullmatch(r"[A-Z][^.]{20,120}\.", said)
    assert not technical(said)
    assert answered == "Answered: 409 Resource [GROUP]: with displayName[x] exists."


@pytest.mark.parametrize("error", logged_errors(), ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("is_resource", [True, False])
def test_every_error_of_the_protocol_that_is_logged_has_a_kind(error, is_resource):
    kind, advice = explain(error, error, is_resource=is_resource)

    # What may not be done is always an error of a service.
    general = isinstance(error, errors.ForbiddenError)
    assert (kind == Refusal.BAD_REQUEST) == general
    assert advice


SERVICES = [
    *(TakenError("USER", each, "x") for each in ("userName", "email", "displayName")),
    *(
        limits.LimitReachedError("x", kind=each, source="directory")
        for each in get_args(limits.Kind)
    ),
    SubscriptionEndedError(),
    UnknownMembersError(["x"]),
]


def test_every_refusal_of_a_service_has_a_kind_of_its_own():
    kinds = [
        explain(each, errors.UniquenessError("x"), is_resource=True)[0]
        for each in SERVICES
    ]

    assert len(set(kinds)) == len(SERVICES)
    assert not {Refusal.BAD_REQUEST, Refusal.TAKEN, Refusal.LIMIT} & set(kinds)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_of_a_link_is_said_plainly(reason):
    assert not technical(EXPLANATIONS[reason].reason)
    assert EXPLANATIONS[reason].advice


def texts_of(tree):
    """Return the texts of a module for admins, but the ones that say what to do."""
    if isinstance(tree, ast.keyword) and tree.arg == "advice":
        return
    if isinstance(tree, ast.Call) and getattr(tree.func, "id", "") in {"_", "ngettext"}:
        for each in ast.walk(tree):
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield each.value
        return
    for child in ast.iter_child_nodes(tree):
        yield from texts_of(child)


def modules_with_findings():
    for app in ("directories", "provisioning", "portals"):
        for path in sorted((settings.BASE_DIR / app).rglob("*.py")):
            if "Finding(\n" in path.read_text() and path.name != "reporting.py":
                yield path


@pytest.mark.parametrize("path", [*modules_with_findings()], ids=lambda each: each.stem)
def test_what_is_noted_without_a_refusal_is_said_plainly(path: Path):
    for text in texts_of(ast.parse(path.read_text())):
        assert not technical(text), text


def test_what_is_no_refusal_is_told_as_it_was_noted():
    entry = TroubleshootingEntry(
        kind="unknown_member", reason="1 member was passed over.", request={}
    )

    assert findings.sentence_of(entry) == "1 member was passed over."
    assert findings.answer_of(entry) == ""


def test_the_reason_of_a_kind_names_nobody():
    entry = TroubleshootingEntry(
        kind="external_account_linked", reason="The account ada@x.com …", request={}
    )

    assert "ada" not in findings.reason_of(entry)
    entry.kind = "of_long_ago"
    assert findings.reason_of(entry) == entry.reason


@pytest.mark.parametrize("kind", ["taken", "limit", "bad_request", "of_long_ago"])
def test_old_entries_and_unknown_kinds_have_a_sentence_too(kind):
    said, answered = said_of(kind, reason="userName is required.")

    assert not technical(said)
    assert answered.endswith("userName is required.")
