"""Profile photos: asked for by a push, fetched once by a worker, kept small."""

import hashlib
import warnings
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from io import BytesIO

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise
from PIL import Image, ImageOps

from directories import fetching
from directories.models import (
    Account,
    LinkState,
    Photo,
    TroubleshootingEntry,
    UserRecord,
)
from directories.services.troubleshooting import Finding, log_finding
from directories.storable import storable

JPEG = "image/jpeg"
SIDE = 256
QUALITY = 85
MOST_PIXELS = 60_000_000
# A progressive image is held in memory as a whole, six bytes for each pixel, and gone
# through by each scan: a small file can ask for hours.
MOST_PROGRESSIVE = 16_000_000
MOST_SCANS = 64
SCAN = b"\xff\xda"
HOPS = 3
# A photo that failed is asked for again by a push after this.
AGAIN_AFTER = timedelta(days=1)
# The message that should have fetched a photo counts as lost after this.
LOST_AFTER = timedelta(minutes=10)
SENT_AGAIN = 500


class PhotoFailure(TextChoices):
    """Why there is no photo, where the host did answer."""

    STATUS = "no_photo", gettext_lazy("The host has no photo at the address.")
    TYPE = "no_jpeg", gettext_lazy("The host says that it is no image/jpeg.")
    BROKEN = "broken_image", gettext_lazy("The image cannot be read.")
    HUGE = "huge_image", gettext_lazy("The image has too many pixels.")


WORDS: dict[str, StrPromise] = {
    **dict(fetching.Failure.choices),
    **dict(PhotoFailure.choices),
}


class PhotoError(Exception):
    """There is no photo to be had; `found` says what was met."""

    def __init__(self, failure: TextChoices, found: str = "") -> None:
        super().__init__(f"{failure.value}: {found}")
        self.failure = str(failure.value)
        self.found = found


def follow_photo(account: Account, url: str, *, now: datetime) -> None:
    """Take up the address of a photo that was pushed; "" removes the photo.

    Asks for a fetch when the transaction has ended and the address is new. Costs
    nothing where there is no photo and there was none.
    """
    if url:
        _ask(account, storable(url), now)
    elif account.photo_version:
        Photo.objects.filter(account=account).delete()
        account.photo_version = ""
        account.save(update_fields=["photo_version"])


def _ask(account: Account, url: str, now: datetime) -> None:
    known = Photo.objects.filter(account=account, source=url)
    last = known.values_list("failure", "asked_at").first()
    if last and not (last[0] and last[1] < now - AGAIN_AFTER):
        return
    fresh = {"source": url, "failure": "", "asked_at": now, "fetched_at": None}
    Photo.objects.update_or_create(account=account, defaults=fresh)
    send = partial(fetch_photo.delay, account_id=account.pk)
    # Who pushes must not suffer from a broker that cannot be reached.
    transaction.on_commit(send, robust=True)


@shared_task
def fetch_photo(*, account_id: int) -> None:
    """Fetch the photo of an account that waits for it, and keep it."""
    waiting = Photo.objects.filter(account=account_id, fetched_at=None)
    source = waiting.values_list("source", flat=True).first()
    if source is None:
        return
    record = _wanted_by(account_id, source)
    if record is None:
        # Named once, and taken back before anybody looked.
        waiting.filter(source=source).delete()
        return
    try:
        image, failure, found = read_photo(source), "", ""
    except PhotoError as error:
        image, failure, found = b"", error.failure, error.found
    if _keep(account_id, source, image, failure) and failure:
        _explain(record, source, failure, found)


def fetch_waiting(now: datetime) -> None:
    """Send again what should have fetched a photo long ago."""
    lost = Photo.objects.filter(fetched_at=None, asked_at__lt=now - LOST_AFTER)
    keys = list(lost.order_by("asked_at").values_list("pk", flat=True)[:SENT_AGAIN])
    Photo.objects.filter(pk__in=keys, fetched_at=None).update(asked_at=now)
    for key in keys:
        fetch_photo.delay(account_id=key)


def read_photo(url: str) -> bytes:
    """Return what is at a URL as a small JPEG without metadata; raises PhotoError."""
    bounds = fetching.Bounds(most_bytes=settings.PHOTO_MAX_BYTES)
    try:
        head = fetching.fetch(url, method="HEAD", bounds=bounds, follow=_follow)
        _check(head)
        answer = fetching.fetch(url, bounds=bounds, follow=_follow)
    except fetching.FetchError as error:
        raise PhotoError(error.failure, error.found) from error
    _check(answer)
    return small_jpeg(answer.body)


def small_jpeg(content: bytes) -> bytes:
    """Return the middle of a JPEG as a small square one; raises PhotoError."""
    try:
        # A warning of Pillow is the first sign of a decompression bomb.
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _squared(content)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoError(PhotoFailure.HUGE) from error
    except (OSError, ValueError, SyntaxError) as error:
        raise PhotoError(PhotoFailure.BROKEN) from error


def _squared(content: bytes) -> bytes:
    with Image.open(BytesIO(content), formats=["JPEG"]) as image:
        progressive = "progressive" in image.info
        most = MOST_PROGRESSIVE if progressive else MOST_PIXELS
        # What is compressed never holds the mark of a scan.
        scans = content.count(SCAN)
        if image.width * image.height > most or scans > MOST_SCANS:
            found = f"{image.width} x {image.height}"
            raise PhotoError(PhotoFailure.HUGE, found)
        # Reads a large one at a fraction of its size, and so of its memory.
        image.draft("RGB", (SIDE * 2, SIDE * 2))
        upright = ImageOps.exif_transpose(image).convert("RGB")
    # A new one: what is pasted into it brings no place, camera or comment along.
    clean = Image.new("RGB", (SIDE, SIDE))
    clean.paste(ImageOps.fit(upright, (SIDE, SIDE)))
    out = BytesIO()
    clean.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def _follow(_url: str, _target: str, hops: int) -> bool:
    # Each address on the way is looked at as the first one is.
    return hops < HOPS


def _check(answer: fetching.Answer) -> None:
    if answer.status != HTTPStatus.OK:
        raise PhotoError(PhotoFailure.STATUS, f"HTTP {answer.status}")
    if answer.content_type != JPEG:
        raise PhotoError(PhotoFailure.TYPE, answer.content_type)


def _wanted_by(account_id: int, source: str) -> UserRecord | None:
    """Return the record that names the photo, if one still does."""
    linked = UserRecord.objects.filter(
        account=account_id, link_state__in=(LinkState.LINKED, LinkState.PAUSED)
    ).select_related("directory")
    for record in linked.order_by("pk"):
        photos = record.document.get("photos", [])
        if any(storable(str(photo.get("value"))) == source for photo in photos):
            return record
    return None


@transaction.atomic
def _keep(account_id: int, source: str, image: bytes, failure: str) -> bool:
    """Keep what was fetched, unless another address was pushed meanwhile."""
    held = Account.objects.select_for_update(of=("self",)).filter(pk=account_id)
    if not held.exists():
        return False
    kept = Photo.objects.filter(
        account=account_id, source=source, fetched_at=None
    ).update(image=image, failure=failure, fetched_at=timezone.now())
    if kept:
        version = hashlib.sha256(image).hexdigest()[:16] if image else ""
        held.update(photo_version=version)
    return bool(kept)


def _explain(record: UserRecord, source: str, failure: str, found: str) -> None:
    finding = Finding(
        kind="photo_not_fetched",
        level=TroubleshootingEntry.Level.WARNING,
        reason=" ".join(
            part
            for part in (
                _("The profile photo was not fetched from {url}.").format(url=source),
                str(WORDS[failure]),
                _("Found: {found}.").format(found=found) if found else "",
            )
            if part
        ),
        advice=_(
            "The address must be an https one that anybody may read: it answers HEAD"
            " with Content-Type image/jpeg, and GET with the image. Then push the"
            " person again, a day later or with another address."
        ),
        subject=TroubleshootingEntry.Subject.USER,
        subject_id=str(record.scim_id),
        subject_name=record.user_name,
    )
    log_finding(record.directory, finding, now=timezone.now())
