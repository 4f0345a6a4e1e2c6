"""What is not there, said in the words of the other calls."""

from typing import Any

from django.http import Http404
from rest_framework.request import Request

from directories.api.organization import OrganizationView


class NothingView(OrganizationView):
    """A path that leads to no call."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse every request, whoever sends it."""
        raise Http404
