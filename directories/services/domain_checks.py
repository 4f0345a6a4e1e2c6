"""Looks for the proof that a domain is the organization's, and keeps the outcome."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import TextChoices
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from directories import fetching, naming
from directories.events import Event
from directories.models import Domain, Job
from directories.services import domains, jobs, notices
from directories.services.audit import SYSTEM, record_event
from directories.storable import storable

PREFIX = "atlassian-domain-verification="
FILE = "atlassian-domain-verification.html"
SECONDS = 8.0
# Of what was found, as much as a page shows.
SHOWN = 300
SHOWN_RECORDS = 3


class Missing(TextChoices):
    """Why there is no proof, where host and DNS did answer."""

    NO_RECORD = (
        "no_record",
        _("The domain has no TXT record with the proof."),
    )
    OTHER_RECORD = (
        "other_record",
        _("The domain has a TXT record of this kind, but with another token."),
    )
    NO_FILE = "no_file", _("The web server does not hand out the file.")
    WEB_SERVER = "web_server", _("The web server reports an error of its own.")
    NO_TOKEN = "no_token", _("The file does not contain the token.")
    ELSEWHERE = (
        "verified_elsewhere",
        _(
            "The proof is there, but another organization has verified the domain."
            " It has to remove the domain first."
        ),
    )


# What is no outage but says that the proof is not there.
DEFINITE = {
    Missing.NO_RECORD,
    Missing.OTHER_RECORD,
    Missing.NO_FILE,
    Missing.NO_TOKEN,
    naming.NameFailure.UNKNOWN,
    fetching.Failure.NO_ADDRESS,
    fetching.Failure.REDIRECTED,
}
WORDS: dict[str, StrPromise] = {
    **dict(Missing.choices),
    **dict(naming.NameFailure.choices),
    **dict(fetching.Failure.choices),
}


@dataclass(frozen=True)
class Look:
    """What a look for the proof met; `failure` is "" when the proof was there."""

    failure: str = ""
    found: str = ""


def words_of(failure: str) -> str:
    """Return the sentence for a machine word of Domain.failure."""
    return str(WORDS.get(failure, failure))


def ends_at(domain: Domain) -> datetime | None:
    """Return when a domain without its proof stops to be verified, if it does."""
    if domain.missing_since is None or domain.failure not in DEFINITE:
        return None
    return domain.missing_since + timedelta(days=settings.DOMAIN_GRACE_DAYS)


def check_domain(run: jobs.Run) -> list[Job]:
    """Look for the proof of one domain; the work of CHECK jobs.

    Returns the jobs that carry the outcome on.
    """
    key, _colon, method = run.job.target.partition(":")
    domain = Domain.objects.filter(pk=uuid.UUID(key)).first()
    if domain is None:
        return []
    look = LOOKS[method](domain)
    run.report(done=0)
    keep = partial(_keep, domain.pk, Domain.Method(method), look, timezone.now())
    try:
        return keep()
    except IntegrityError:
        # Another organization was quicker: now that is seen.
        return keep()


def look_in_dns(domain: Domain) -> Look:
    """Look for the TXT record."""
    try:
        texts = naming.texts_of(domain.name, deadline=naming.Deadline(SECONDS))
    except naming.NamingError as error:
        return Look(error.failure.value)
    proofs = [text.strip() for text in texts if text.strip().startswith(PREFIX)]
    if f"{PREFIX}{domain.token}" in proofs:
        return Look()
    if proofs:
        return _look(Missing.OTHER_RECORD, "\n".join(proofs[:SHOWN_RECORDS]))
    return _look(Missing.NO_RECORD, "\n".join(texts[:SHOWN_RECORDS]))


def look_on_the_web(domain: Domain) -> Look:
    """Look for the file, at www. too when the domain leads there."""
    allowed = f"https://www.{domain.name}/{FILE}"

    def follow(_url: str, target: str, hops: int) -> bool:
        return hops == 0 and target == allowed

    try:
        answer = fetching.fetch(
            f"https://{domain.name}/{FILE}",
            bounds=fetching.Bounds(seconds=SECONDS),
            follow=follow,
        )
    except fetching.FetchError as error:
        return _look(error.failure, error.found)
    status = f"HTTP {answer.status} {answer.url}"
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _look(Missing.WEB_SERVER, status)
    if answer.status != HTTPStatus.OK:
        return _look(Missing.NO_FILE, status)
    if domain.token.encode() not in answer.body:
        return _look(Missing.NO_TOKEN, answer.body.decode("utf-8", "replace"))
    return Look()


LOOKS: dict[str, Callable[[Domain], Look]] = {
    Domain.Method.DNS: look_in_dns,
    Domain.Method.HTTPS: look_on_the_web,
}


def _look(failure: TextChoices, found: str) -> Look:
    return Look(str(failure.value), storable(found.strip())[:SHOWN])


@transaction.atomic
def _keep(
    domain_id: uuid.UUID, method: Domain.Method, look: Look, now: datetime
) -> list[Job]:
    """Let the domain say what was met, and act on it."""
    rows = Domain.objects.select_for_update(of=("self",))
    domain = rows.select_related("organization").filter(pk=domain_id).first()
    if domain is None:
        return []
    if not look.failure and _has_other_owner(domain):
        look = Look(Missing.ELSEWHERE)
    was_verified = domain.verified_at is not None
    domain.checked_at, domain.failure, domain.found = now, look.failure, look.found
    if not look.failure:
        domain.method, domain.missing_since = method, None
        if not was_verified:
            domain.verified_at = now
            _record(Event.DOMAIN_VERIFIED, domain, now, method=domain.method)
    elif not was_verified:
        domain.method = method
    elif method == domain.method:
        _miss(domain, look, now)
    domain.save()
    changed = was_verified != (domain.verified_at is not None)
    return [domains.queue_following(domain, now)] if changed else []


def _has_other_owner(domain: Domain) -> bool:
    others = Domain.objects.verified().filter(name=domain.name)
    return others.exclude(pk=domain.pk).exists()


def _miss(domain: Domain, look: Look, now: datetime) -> None:
    """Note that the proof is gone; after the days of grace, so is the verification."""
    grace = timedelta(days=settings.DOMAIN_GRACE_DAYS)
    first = domain.missing_since is None
    since = domain.missing_since = domain.missing_since or now
    details = {"failure": look.failure, "found": look.found}
    # An outage says nothing about who owns the domain.
    if look.failure in DEFINITE and now - since >= grace:
        domain.verified_at = domain.claimed_at = domain.missing_since = None
        _record(Event.DOMAIN_UNVERIFIED, domain, now, **details)
        _mail(domain, "domain_unverified", look, since)
    elif first:
        _record(Event.DOMAIN_PROOF_MISSING, domain, now, **details)
        _mail(domain, "domain_proof_missing", look, since)


def _mail(domain: Domain, template: str, look: Look, since: datetime) -> None:
    notices.mail_admins(
        domain.organization_id,
        template=f"directories/mail/{template}.txt",
        context={
            "domain": domain.name,
            "failure": look.failure,
            "days": settings.DOMAIN_GRACE_DAYS,
            "since": since.date().isoformat(),
        },
        path=reverse("directories:domain-detail", args=[domain.pk]),
    )


def _record(event: Event, domain: Domain, now: datetime, **details: object) -> None:
    record_event(
        event,
        organization=domain.organization,
        by=SYSTEM,
        target=domains.target_of(domain, **details),
        at=now,
    )
