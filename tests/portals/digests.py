"""What the database holds: as a whole, of one site, and across sites."""

import re
from collections.abc import Iterator
from importlib import import_module
from itertools import pairwise
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import models, transaction

from directories.models import Directory, Job, Site
from directories.tasks import run_job
from tests.factories.directories import LONG_AGO

# Of visits, which are no changes of what was asked for.
VISITS = {"last_active_at", "last_login", "last_used_at", "session_data"}
NOT_COMPARED = ("django_session", "axes_")
FIELD = re.compile(r"""(?:POST|GET|data)\S*?(?:\.get(?:list)?\(|\[)["'](\w+)["']""")


def digest() -> dict[str, list[str]]:
    """Return what the database holds, table by table."""
    found = {}
    for model in apps.get_models():
        table = model._meta.db_table
        if not table.startswith(NOT_COMPARED):
            fields = [f.attname for f in model._meta.concrete_fields]
            kept = [name for name in fields if name not in VISITS]
            found[table] = sorted(map(repr, model._base_manager.values_list(*kept)))
    return found


def changed(before: dict[str, list[str]]) -> list[str]:
    """Return the tables that are not as they were."""
    return [table for table, rows in digest().items() if rows != before[table]]


def way_to_site(model: type[models.Model]) -> str:
    """Return how a row leads to its site; "" if it does not."""
    fields = [f for f in model._meta.concrete_fields if f.is_relation]
    for field in fields:
        if field.related_model is Site:
            return field.name
    for field in fields:
        related = field.related_model
        if related and related._meta.app_label == "portals" and related is not model:
            return f"{field.name}__{way_to_site(related)}"
    return ""


def rows_of(*sites: Site) -> dict[str, list[str]]:
    """Return what the portals app and the directories of some sites hold."""
    found = {}
    for model in apps.get_app_config("portals").get_models():
        if way := way_to_site(model):
            rows = model._base_manager.filter(**{f"{way}__in": sites}).values_list()
            found[model._meta.db_table] = sorted(map(repr, rows))
    directories = Directory.objects.filter(site__in=sites)
    found["directories"] = sorted(map(repr, directories.values_list()))
    for name in ("userrecords", "grouprecords", "api_keys"):
        found[name] = sorted(map(repr, directories.values_list("pk", f"{name}__pk")))
    return found


def crossings() -> list[str]:
    """Return the tables in which a row leads to two sites."""
    found = []
    for model in apps.get_app_config("portals").get_models():
        for one, other in pairwise(_ways(model)):
            known = {f"{one}__isnull": False, f"{other}__isnull": False}
            rows = model._base_manager.filter(**known)
            if rows.exclude(**{one: models.F(other)}).exists():
                found.append(f"{model._meta.db_table}: {one} and {other}")
    return found


def _ways(model: type[models.Model]) -> Iterator[str]:
    """Yield each way in which a row leads to a site."""
    for field in model._meta.concrete_fields:
        related = field.related_model if field.is_relation else None
        if related is Site:
            yield field.name
        elif related is not None and related._meta.app_label == "portals":
            way = way_to_site(related)
            if way:
                yield f"{field.name}__{way}"


def field_names() -> list[str]:
    """Return every name that a form or a view of the portals app may read."""
    names = set()
    for path in Path(settings.BASE_DIR, "portals").rglob("*.py"):
        text = path.read_text()
        names |= set(FIELD.findall(text))
        if "forms" in path.stem:
            module = import_module(
                ".".join(path.relative_to(settings.BASE_DIR).parts)[:-3]
            )
            for each in vars(module).values():
                names |= set(getattr(each, "base_fields", ()))
    return sorted(names)


def work_off() -> None:
    """Do the jobs that wait."""
    waiting = Job.objects.filter(state=Job.State.QUEUED, created_at__gt=LONG_AGO)
    for job in waiting.exclude(kind="group-sync"):
        with transaction.atomic():
            run_job(job_id=str(job.pk))
