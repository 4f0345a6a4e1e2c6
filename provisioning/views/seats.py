"""What admins are told when an app has too few licenses for what they ask."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from provisioning.models import App
from provisioning.services.access.seats import SeatsError


def seats_words(error: SeatsError) -> str:
    """Return why nothing was changed: how many licenses are free and are needed."""
    app = App.with_removed.select_related("site").get(pk=error.app)
    needed = ngettext(
        "Nothing was changed: {needed} person would need a license of {app} on {site}, "
        "and {free} are free.",
        "Nothing was changed: {needed} people would need a license of {app} on {site}, "
        "and {free} are free.",
        error.needed,
    ).format(
        needed=error.needed,
        app=app.get_kind_display(),
        site=app.site.name,
        free=error.free,
    )
    return f"{needed} " + _("Choose fewer people, or raise the user limit.")
