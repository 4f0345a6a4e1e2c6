"""What README and docs name is there: files, pictures, links, kinds of jobs."""

import re
from pathlib import Path, PurePath

import pytest
from django.conf import settings

from tests.test_repository import ROOT, tracked

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
# Names in backticks that lie in one of our folders; others are addresses or words.
FOLDERS = "config|directories|provisioning|portals|templates|tests|benchmarks"
NAMED = re.compile(rf"`((?:{FOLDERS})/[\w./*-]+)`")
LINK = re.compile(r"\]\(([^)#:]*)(?:#([\w-]+))?\)|(?:src|srcset)=\"([^\"]+)\"")


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as they are made of their words."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("document", PAGES, ids=lambda page: page.name)
def test_files_that_a_page_names_are_there(document):
    files = {path.relative_to(ROOT).as_posix() for path in tracked()}
    places = files | {f"{each}" for file in files for each in PurePath(file).parents}

    for name in NAMED.findall(document.read_text()):
        wanted = name.rstrip("/")
        is_there = wanted in places or (
            "*" in wanted and any(PurePath(each).match(wanted) for each in files)
        )
        assert is_there, name


@pytest.mark.parametrize("document", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_of_a_page_lead_somewhere(document):
    for path, anchor, picture in LINK.findall(document.read_text()):
        target = document.parent / (path or picture) if path or picture else document
        assert target.exists(), path or picture
        assert not anchor or anchor in anchors(target), f"{path}#{anchor}"


def test_every_kind_of_job_is_described():
    jobs = (ROOT / "docs" / "architecture.md").read_text().partition("\n## Jobs\n")[2]

    told = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", jobs.partition("\n## ")[0]))

    assert told == set(settings.JOB_HANDLERS)
