"""Bodies that come in chunks, without a length, as .NET clients send them."""

import io
import json
from typing import Any

import pytest

from directories.models import UserRecord
from tests.provisioning.conftest import Provider, person

pytestmark = pytest.mark.django_db


def in_chunks(idp: Provider, raw: bytes):
    # What the web server hands on: a stream, and no CONTENT_LENGTH.
    stream: Any = {"wsgi.input": io.BytesIO(raw), "CONTENT_LENGTH": ""}
    return idp.client.generic(
        "POST",
        f"/scim/directory/{idp.directory.pk}/Users",
        content_type="application/scim+json",
        headers={"authorization": f"Bearer {idp.key}"},
        **stream,
    )


def test_a_body_in_chunks_is_read(idp):
    answer = in_chunks(idp, json.dumps(person("ada@example.com")).encode())

    assert answer.status_code == 201


def test_a_body_in_chunks_over_the_limit_is_refused(idp, settings):
    settings.SCIM_MAX_BODY_BYTES = 1000
    body = person("ada@example.com", title="x" * 1000)

    answer = in_chunks(idp, json.dumps(body).encode())

    assert answer.status_code == 413
    assert not UserRecord.objects.exists()
