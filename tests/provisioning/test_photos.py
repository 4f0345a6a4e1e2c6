"""Profile photos: pushed as an address, fetched once, shown from here."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from directories.models import Account, Photo, TroubleshootingEntry
from directories.services import photos
from directories.services.photos import SCAN, PhotoError, PhotoFailure, small_jpeg
from tests.factories.directories import (
    AccountFactory,
    MemberFactory,
    RoleAssignmentFactory,
)
from tests.provisioning.conftest import account
from tests.servers import names, web

__all__ = ["names", "web"]

pytestmark = pytest.mark.django_db

URL = "https://cdn.example/anna.jpg"
ANNA = "anna@example.com"


def jpeg(size=(640, 480), colour="red", **options):
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG", **options)
    return out.getvalue()


def pushed(*urls):
    return [
        {"value": url, "type": "photo", "primary": n == 0} for n, url in enumerate(urls)
    ]


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    """Return a context at whose end what waits for the commit is done."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def serve(web, body=None, path="/anna.jpg", kind="image/jpeg", **options):
    web.add("cdn.example", path, body or jpeg(), kind=kind, **options)


def reasons():
    return list(
        TroubleshootingEntry.objects.filter(kind="photo_not_fetched").values_list(
            "reason", flat=True
        )
    )


def test_a_pushed_photo_is_fetched_once_and_kept_small(idp, web, commit):
    serve(web)

    with commit():
        user = idp.push(ANNA, photos=pushed(URL))
    with commit():
        idp.change(user, title="Engineer")

    photo = Photo.objects.get()
    image = Image.open(BytesIO(bytes(photo.image)))
    assert (image.format, image.size) == ("JPEG", (256, 256))
    assert account(ANNA).photo_version
    assert [command for command, _url in web.asked] == ["HEAD", "GET"]
    assert user["photos"][0]["value"] == URL


def test_the_primary_photo_counts(idp, web, commit):
    serve(web)
    both = [{"value": "https://cdn.example/other.jpg"}, {"value": URL, "primary": True}]

    with commit():
        idp.push(ANNA, photos=both)

    assert Photo.objects.get().source == URL


def test_another_address_brings_another_photo(idp, web, commit):
    serve(web)
    serve(web, jpeg(colour="blue"), "/blue.jpg")
    with commit():
        user = idp.push(ANNA, photos=pushed(URL))
    before = account(ANNA).photo_version

    with commit():
        idp.change(user, photos=pushed("https://cdn.example/blue.jpg"))

    assert account(ANNA).photo_version not in {"", before}
    assert Photo.objects.count() == 1


def test_removing_the_photo_removes_it(idp, web, commit):
    serve(web)
    with commit():
        user = idp.push(ANNA, photos=pushed(URL))

    with commit():
        idp.change(user, photos=[])

    assert account(ANNA).photo_version == ""
    assert not Photo.objects.exists()


def test_an_external_person_keeps_their_own(idp, web, commit):
    serve(web)

    with commit():
        idp.push("eva@elsewhere.example", photos=pushed(URL))

    assert not Photo.objects.exists()
    assert not web.asked


def test_who_is_pushed_without_a_photo_costs_no_query(
    idp, django_assert_max_num_queries
):
    user = idp.push(ANNA)

    with django_assert_max_num_queries(60) as queries:
        idp.change(user, title="Engineer")

    assert not [q for q in queries.captured_queries if "directories_photo" in q["sql"]]


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ({"status": 404}, "no photo at the address. Found: HTTP 404."),
        ({"kind": "image/png"}, "no image/jpeg. Found: image/png."),
        ({"body": b"\xff\xd8\xff not an image"}, "cannot be read"),
        ({"body": b"x" * 5_300_000}, "larger than allowed"),
    ],
)
def test_what_is_no_photo_is_explained(idp, web, commit, trouble, words):
    serve(web, **trouble)

    with commit():
        idp.push(ANNA, photos=pushed(URL))

    (reason,) = reasons()
    assert URL in reason
    assert words in reason
    assert account(ANNA).photo_version == ""
    assert Photo.objects.get().failure


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://cdn.example/anna.jpg", "no plain HTTPS address"),
        ("https://169.254.169.254/latest", "no plain HTTPS address"),
        ("https://nowhere.example/a.jpg", "knows no such host"),
        ("https://inside.example/a.jpg", "not on the public internet"),
        ("data:image/jpeg;base64,AAAA", "no plain HTTPS address"),
    ],
)
def test_no_address_inside_is_fetched(idp, web, names, commit, url, words):
    names.add("inside.example", "A", "10.0.0.1")

    with commit():
        answer = idp.push(ANNA, photos=pushed(url))

    assert answer["active"]
    assert words in reasons()[0]
    assert not web.asked


def test_a_redirect_is_followed_as_far_as_it_is_public(idp, web, commit):
    serve(web)
    serve(web, b"", "/old.jpg", status=302, Location="/anna.jpg")
    serve(web, b"", "/bad.jpg", status=302, Location="https://10.0.0.1/a.jpg")

    with commit():
        idp.push(ANNA, photos=pushed("https://cdn.example/old.jpg"))
        idp.push("ben@example.com", photos=pushed("https://cdn.example/bad.jpg"))

    assert account(ANNA).photo_version
    assert not account("ben@example.com").photo_version


def test_a_failure_is_tried_again_by_a_push_a_day_later(idp, web, commit):
    with commit():
        user = idp.push(ANNA, photos=pushed(URL))
    serve(web)
    with commit():
        idp.change(user, title="Same day")
    assert account(ANNA).photo_version == ""
    Photo.objects.update(asked_at=timezone.now() - timedelta(days=2))

    with commit():
        idp.change(user, title="Later")

    assert account(ANNA).photo_version


def test_a_lost_message_is_sent_again(idp, web):
    serve(web)
    idp.push(ANNA, photos=pushed(URL))
    assert account(ANNA).photo_version == ""

    photos.fetch_waiting(timezone.now())
    assert account(ANNA).photo_version == ""
    photos.fetch_waiting(timezone.now() + timedelta(hours=1))

    assert account(ANNA).photo_version


def test_what_was_taken_back_before_it_was_fetched_is_not_kept(idp, web):
    serve(web)
    user = idp.push(ANNA, photos=pushed(URL))
    idp.change(user, photos=[])

    photos.fetch_photo(account_id=account(ANNA).pk)

    assert account(ANNA).photo_version == ""
    assert not web.asked


def test_no_metadata_is_kept_and_the_picture_stands_upright():
    upright = Image.new("RGB", (300, 600), "red")
    upright.paste("blue", (0, 0, 300, 300))
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    exif[0x010F] = "Camera of Anna"
    out = BytesIO()
    upright.rotate(180).save(out, "JPEG", exif=exif, comment=b"at home")

    image = Image.open(BytesIO(small_jpeg(out.getvalue())))

    place = (20 * 256 + 128) * 3
    red, _green, blue = image.tobytes()[place : place + 3]
    assert blue > red
    assert not image.getexif()
    assert "comment" not in image.info


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_other_kinds_of_jpeg_are_read(mode):
    out = BytesIO()
    Image.new(mode, (30, 20)).save(out, "JPEG")

    assert Image.open(BytesIO(small_jpeg(out.getvalue()))).mode == "RGB"


@pytest.mark.parametrize("size", [(8_000, 8_000), (20_000, 20_000)])
def test_a_decompression_bomb_is_not_opened(size):
    small = bytearray(jpeg((8, 8)))
    place = small.index(b"\xff\xc0") + 5
    small[place : place + 4] = size[1].to_bytes(2, "big") + size[0].to_bytes(2, "big")

    with pytest.raises(PhotoError) as raised:
        small_jpeg(bytes(small))

    assert raised.value.failure == PhotoFailure.HUGE


def test_what_takes_long_to_put_together_is_not_opened():
    large = jpeg((4_100, 4_100), progressive=True)
    many = jpeg(progressive=True)
    scan = many.index(SCAN)

    for content in (large, many[:scan] + many[scan:-2] * 20):
        with pytest.raises(PhotoError) as raised:
            small_jpeg(content)
        assert raised.value.failure == PhotoFailure.HUGE
    assert small_jpeg(many)


def test_another_format_is_not_opened():
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")

    with pytest.raises(PhotoError) as raised:
        small_jpeg(out.getvalue())

    assert raised.value.failure == PhotoFailure.BROKEN


@pytest.fixture
def shown(organization):
    """Return a person with a photo, and a client of an admin who may see it."""
    anna = AccountFactory.create(name="Anna", photo_version="abc123")
    MemberFactory.create(organization=organization, account=anna)
    Photo.objects.create(
        account=anna, source=URL, image=jpeg((4, 4)), asked_at=timezone.now()
    )
    return anna, client_of(organization)


def client_of(organization=None):
    values = {"organization": organization} if organization else {}
    client = Client()
    client.force_login(RoleAssignmentFactory.create(**values).account)
    return client


def test_a_photo_is_served_to_admins_and_kept_by_browsers(shown):
    anna, client = shown

    answer = client.get(f"/photos/{anna.public_id}/abc123/")

    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.content.startswith(b"\xff\xd8")
    assert (
        f"/photos/{anna.public_id}/abc123/"
        in client.get("/directory/users/").content.decode()
    )


def test_a_photo_is_for_nobody_else(shown):
    anna, client = shown
    url = f"/photos/{anna.public_id}/abc123/"

    assert client.get(f"/photos/{anna.public_id}/other/").status_code == 404
    assert client_of().get(url).status_code == 404
    assert Client().get(url).status_code == 302


def test_everybody_sees_their_own(shown):
    anna, _client = shown
    RoleAssignmentFactory.create(account=anna)
    client = Client()
    client.force_login(anna)

    assert client.get(f"/photos/{anna.public_id}/abc123/").status_code == 200


def test_initials_stand_in_where_there_is_no_photo(shown):
    _anna, client = shown
    Account.objects.update(photo_version="")

    page = client.get("/directory/users/").content.decode()

    assert "/photos/" not in page
    assert '<span class="avatar avatar-4"' in page
