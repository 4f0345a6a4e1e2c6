"""Reads answers as people see them."""

import csv
import html
import io
import re
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
UNSEEN = re.compile(r"<(script|style|template|svg)\b.*?</\1>|<[^>]+>", re.DOTALL)


def text_of(response: Any) -> str:
    """Return the words of a page in one line."""
    words = UNSEEN.sub(" ", response.content.decode())
    return " ".join(html.unescape(words).split())


def main_of(response: Any) -> str:
    """Return the words of a page without its frame."""
    source = response.content.decode()
    start, end = source.index("<main"), source.index("</main>")
    return " ".join(html.unescape(UNSEEN.sub(" ", source[start:end])).split())


def markup_of(response: Any) -> str:
    """Return the markup without what differs from answer to answer."""
    return " ".join(TOKEN.sub("", response.content.decode()).split())


def fragment(client: Client, url: str) -> Any:
    """Return what htmx would get."""
    return client.get(url, headers={"HX-Request": "true"})


def is_part_of_page(client: Client, url: str) -> bool:
    """Say whether the fragment of a page is what the whole page holds too."""
    part, page = fragment(client, url), client.get(url)
    assert "<html" not in part.content.decode()
    assert "HX-Request" in part["Vary"]
    assert "HX-Request" in page["Vary"]
    return markup_of(part) in markup_of(page)


def csv_rows(response: Any) -> list[list[str]]:
    """Return the cells of an exported file."""
    assert response["Content-Type"].startswith("text/csv")
    text = b"".join(response.streaming_content).decode().removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(text)))


def queries_of(client: Client, url: str) -> int:
    """Count the queries of a page, of a session that was seen before.

    What only tells PostgreSQL how to plan them is none.
    """
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    assert response.status_code == 200
    return sum("plan_cache_mode" not in query["sql"] for query in queries)
