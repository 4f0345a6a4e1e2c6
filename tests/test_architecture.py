"""Rules of the design that the linters cannot see: relations, layers, writes."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

APPS = ("directories", "provisioning", "portals")  # lowest first
ROOT = Path(settings.BASE_DIR)
WITHOUT_HTTP = ("models", "queries", "services", "scim/protocol")
SURFACE = ("views", "scim", "api", "tasks", "consumer", "management")
PLAIN = ("scim/protocol",)
WRITES = {
    "save",
    "create",
    "update",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
}
LONGEST_FILE = 400
LONGEST_FUNCTION = 45


def modules(app: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / app).rglob("*.py")):
        name = path.relative_to(ROOT / app).as_posix()
        if "migrations" not in path.parts:
            yield name, ast.parse(path.read_text())


def is_under(name: str, prefixes: Iterable[str]) -> bool:
    return any(name.startswith((f"{p}/", f"{p}.py")) for p in prefixes)


def project_models() -> list[type[models.Model]]:
    return [m for m in apps.get_models() if m._meta.app_label in APPS]


@pytest.mark.parametrize("model", project_models(), ids=lambda m: m._meta.label)
def test_relations_point_down(model):
    rank = APPS.index(model._meta.app_label)
    for field in model._meta.get_fields():
        if field.is_relation and not field.auto_created and field.related_model:
            target = field.related_model._meta.app_label
            assert target not in APPS or APPS.index(target) <= rank, field


@pytest.mark.parametrize("app", APPS)
def test_no_http_below_the_surface(app):
    for name, tree in modules(app):
        if not is_under(name, WITHOUT_HTTP):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                assert node.module not in {"django.http", "django.shortcuts"}, name


@pytest.mark.parametrize("app", APPS)
def test_only_services_write(app):
    found = [
        f"{app}/{name}:{node.lineno}"
        for name, tree in modules(app)
        if is_under(name, SURFACE) and not is_under(name, PLAIN)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and is_write(node)
    ]

    assert not found


def is_write(call: ast.Call) -> bool:
    """Tell whether a call names a method that writes rows."""
    if not isinstance(call.func, ast.Attribute):
        return False
    # A dict's update takes a dict, a queryset's only keywords.
    is_of_dict = call.func.attr == "update" and bool(call.args)
    return call.func.attr in WRITES and not is_of_dict


@pytest.mark.parametrize("app", ["config", *APPS, "tests"])
def test_files_are_short(app):
    sizes = {
        path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines())
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts
    }

    assert not {name: n for name, n in sizes.items() if n > LONGEST_FILE}


@pytest.mark.parametrize("app", ["config", *APPS])
def test_functions_are_short(app):
    lengths = {
        f"{app}/{name}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for name, tree in modules(app)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }

    assert not {name: n for name, n in lengths.items() if n > LONGEST_FUNCTION}
