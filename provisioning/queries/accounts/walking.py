"""Picks members by something about their accounts, for pages of lists by name.

The database cannot know where along the names those stand who are wanted. So it is
told how to look, by how many there are.
"""

from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull

from directories.models import Member

# So few are read first and sorted then.
FEW = 2_000
# Up to so many are gathered before the names are walked along; of more every few
# names are one, which are looked up on the way.
MANY = 50_000
# The key of no member. A condition that might be met without the subquery is not made
# a join of, which would look each name up, or sort them all.
NOBODY = Q(pk=0)


def among(
    members: QuerySet[Member], rows: QuerySet[Any], *, count: int
) -> QuerySet[Member]:
    """Return the members whose account is the `account` of one of some rows.

    `count` is about how many rows there are.
    """
    return members.filter(condition(rows, count=count))


def condition(rows: QuerySet[Any], *, count: int) -> Q:
    """Return what `among` filters by."""
    accounts = rows.order_by().values("account")
    if count <= FEW:
        return Q(account__in=accounts[:MANY])
    if count <= MANY:
        return Q(account__in=accounts) | NOBODY
    return looked_up(rows)


def looked_up(rows: QuerySet[Any]) -> Q:
    """Return the condition that a member has such a row, found for each by itself.

    An EXISTS might be answered by reading all rows first.
    """
    own = rows.order_by().filter(account=OuterRef("account")).values("pk")[:1]
    return Q(IsNull(Subquery(own), rhs=False))
