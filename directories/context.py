"""What every console page shows around its content."""

from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import resolve, reverse

from directories.homes import home_of
from directories.models import Account
from directories.permissions import Permission

COLOR_MODES = {"light", "dark"}


@dataclass(frozen=True)
class NavigationItem:
    """One entry of the left navigation, with the entries below it."""

    label: str
    url: str = ""
    icon: str = ""
    current: bool = False
    children: list["NavigationItem"] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Say whether one of the entries below is the current one."""
        return any(child.current for child in self.children)


def console(request: HttpRequest) -> dict[str, Any]:
    """Return navigation, organization and colour mode for templates."""
    mode = request.COOKIES.get("theme", "")
    context: dict[str, Any] = {
        "color_mode": mode if mode in COLOR_MODES else "",
        "home_url": partial(_home, request),
    }
    organization = getattr(request, "organization", None)
    if organization is not None:
        context["organization"] = organization
        may: frozenset[Permission] = getattr(request, "permissions", frozenset())
        # Never empty here: templates tell by it that there is an organization.
        context["may"] = {"be_here": True, **{each.name.lower(): True for each in may}}
        place = place_of(request)
        items = [_item(entry, place, may) for entry in settings.NAVIGATION]
        context["navigation"] = [item for item in items if item is not None]
    return context


def place_of(request: HttpRequest) -> str:
    """Return the address below which a page stands: its own, or what its view says."""
    return str(getattr(request, "place", request.path))


def _home(request: HttpRequest) -> str:
    """Return where somebody without an admin right goes."""
    account = getattr(request, "user", None)
    return home_of(account) if isinstance(account, Account) else ""


def _item(
    entry: dict[str, Any], path: str, may: frozenset[Permission]
) -> NavigationItem | None:
    """Return an entry with those below it, None where one may open none of it."""
    below = (_item(child, path, may) for child in entry.get("children", ()))
    children = [child for child in below if child is not None]
    url = reverse(entry["view"]) if "view" in entry else ""
    if not children and (not url or _permission(url) not in {None, *may}):
        return None
    return NavigationItem(
        label=entry["label"],
        url=url,
        icon=entry.get("icon", ""),
        current=_is_below(path, url) or _is_below(path, entry.get("also", "")),
        children=children,
    )


def _is_below(path: str, url: str) -> bool:
    return bool(url) and (path == url or (url != "/" and path.startswith(url)))


@cache
def _permission(url: str) -> Permission | None:
    """Return what the page at an address asks for."""
    found = getattr(resolve(url).func, "permission", None)
    return found if isinstance(found, Permission) else None
