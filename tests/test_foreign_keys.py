"""Every foreign key has an index that finds its rows.

Without one PostgreSQL reads the whole table for each row deleted that it might name.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db.models import ForeignKey, Model, UniqueConstraint

OURS = ("directories", "provisioning", "portals")
# Of what they name few rows are ever deleted.
ENOUGH = {
    "UserRecord.organization",
    "GroupRecord.organization",
    "AppPermission.app",
    "CustomerOrganization.site",
}


def test_each_foreign_key_is_found_by_an_index():
    models = [each for name in OURS for each in apps.get_app_config(name).get_models()]

    bare = {each for model in models for each in without_index(model)}

    assert bare == ENOUGH


def without_index(model: type[Model]) -> Iterator[str]:
    """Yield the foreign keys that begin no index of all rows."""
    options = model._meta
    begun = {each.fields[0] for each in options.indexes if not each.condition}
    unique = [c for c in options.constraints if isinstance(c, UniqueConstraint)]
    begun |= {each.fields[0] for each in unique if not each.condition}
    for field in options.concrete_fields:
        # Not all that a field has is known to its type.
        known = vars(field)
        if not isinstance(field, ForeignKey) or not known["db_constraint"]:
            continue
        if not (known["db_index"] or field.unique or field.name in begun):
            yield f"{model.__name__}.{field.name}"
