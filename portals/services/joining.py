"""What follows when a customer is made, or gets another address."""

from collections.abc import Sequence
from datetime import datetime


def join_by_domain(customers: Sequence[int], *, now: datetime) -> None:
    """Put customers into the organization that their e-mail domain says."""
