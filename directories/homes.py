"""Where somebody goes who holds no admin right: the apps above may know a place."""

from django.conf import settings
from django.utils.module_loading import import_string

from directories.models import Account


def home_of(account: Account) -> str:
    """Return the address of the first place that is for an account, "" for none."""
    for name in settings.HOMES:
        if url := str(import_string(name)(account)):
            return url
    return ""
