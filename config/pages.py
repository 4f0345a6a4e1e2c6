"""How templates are found, and what all of them know."""

from pathlib import Path
from typing import Any


def templates(base_dir: Path) -> list[dict[str, Any]]:
    """Return Django's settings for templates, with partials around components."""
    cached = [
        "django_cotton.cotton_loader.Loader",
        "django.template.loaders.filesystem.Loader",
        "django.template.loaders.app_directories.Loader",
    ]
    loader = ("django.template.loaders.cached.Loader", cached)
    options = {
        "loaders": [("template_partials.loader.Loader", [loader])],
        "builtins": [
            "django_cotton.templatetags.cotton",
            "template_partials.templatetags.partials",
        ],
        "context_processors": [
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
            "directories.context.console",
            "portals.context.service",
        ],
    }
    return [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [base_dir / "templates"],
            "OPTIONS": options,
        }
    ]
