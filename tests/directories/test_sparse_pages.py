"""Pages of what is rare among many: a bounded look, and nobody missed or doubled."""

import pytest
from django.db.models import Q

from directories.models import Member
from directories.paging import Cut, cut_sparse
from tests.factories.directories import MemberFactory, OrganizationFactory

RARE = Q(status=Member.Status.SUSPENDED)


def members(*rare, count=20):
    organization = OrganizationFactory.create()
    for n in range(count):
        status = Member.Status.SUSPENDED if n in rare else Member.Status.ACTIVE
        MemberFactory.create(
            organization=organization, name=f"{n // 2:03}", status=status
        )
    return organization.members.all()


def walk(queryset, *, descending=False, look=7, size=2):
    """Return the pages forwards, and the same backwards from the last one."""
    pages, cursor = [], None
    while True:
        cut = Cut("name", descending=descending, size=size, after=cursor)
        page = cut_sparse(queryset, RARE, cut, look=look)
        pages.append(page)
        cursor = page.next
        if cursor is None:
            return pages


@pytest.mark.django_db
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize(
    "rare", [(), (0,), (19,), (3, 4, 5, 17), tuple(range(20)), (6, 7, 13, 14)]
)
def test_everybody_is_met_once(rare, descending):
    queryset = members(*rare)
    expected = list(queryset.filter(RARE).order_by("name", "pk"))
    if descending:
        expected.reverse()

    pages = walk(queryset, descending=descending)

    assert [row for page in pages for row in page.rows] == expected
    assert all(len(page.rows) <= 2 for page in pages)


@pytest.mark.django_db
def test_a_page_leads_back():
    queryset = members(*range(20))
    first, second, *_others = walk(queryset, look=50)

    back = cut_sparse(
        queryset, RARE, Cut("name", size=2, before=second.previous), look=50
    )

    assert back.rows == first.rows
    assert first.previous is None


@pytest.mark.django_db
def test_a_page_without_rows_has_a_next_one():
    page = cut_sparse(members(19), RARE, Cut("name", size=2), look=7)

    assert page.rows == []
    assert page.next is not None
