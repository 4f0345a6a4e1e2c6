"""What every console page shows around its content."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

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
    context: dict[str, Any] = {"color_mode": mode if mode in COLOR_MODES else ""}
    organization = getattr(request, "organization", None)
    if organization is not None:
        context["organization"] = organization
        context["navigation"] = [
            _item(entry, request.path) for entry in settings.NAVIGATION
        ]
    return context


def _item(entry: dict[str, Any], path: str) -> NavigationItem:
    children = [_item(child, path) for child in entry.get("children", ())]
    url = reverse(entry["view"]) if "view" in entry else ""
    current = bool(url) and (path == url or (url != "/" and path.startswith(url)))
    return NavigationItem(
        label=entry["label"],
        url=url,
        icon=entry.get("icon", ""),
        current=current,
        children=children,
    )
