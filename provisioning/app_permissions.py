"""Which permissions there are inside of apps, what they mean, and what includes what.

Jira and Confluence have global ones, each space of Confluence has its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from provisioning.models import App, AppRole

EVERYBODY = (AppRole.USER, AppRole.GUEST)
LICENSED = (AppRole.USER,)


@dataclass(frozen=True)
class InApp:
    """A permission inside of an app.

    It counts for people with one of `roles` in the app. Whoever holds one of
    `included_in` holds it too. Administrative ones are given with more care. One that
    is `automatic` comes with access to the app, and nobody gives or takes it.
    """

    key: str
    label: StrPromise
    description: StrPromise
    roles: tuple[AppRole, ...] = LICENSED
    included_in: tuple[str, ...] = ()
    is_administrative: bool = False
    automatic: bool = False
    # What it is about, as the head of a group of columns.
    about: StrPromise | str = ""


ADMINISTER_JIRA = "administer-jira"
CONFLUENCE_ADMINISTRATOR = "confluence-administrator"
SYSTEM_ADMINISTRATOR = "system-administrator"
USE_CONFLUENCE = "use-confluence"
VIEW, SPACE_ADMIN = "view", "admin"

JIRA_GLOBAL = (
    InApp(
        ADMINISTER_JIRA,
        _("Administer Jira"),
        _("Change settings, schemes, fields and workflows of all of Jira."),
        is_administrative=True,
    ),
    InApp(
        "browse-users-and-groups",
        _("Browse users and groups"),
        _("Find everybody by name, mention them and choose them in fields."),
        included_in=(ADMINISTER_JIRA,),
    ),
    InApp(
        "share-dashboards-and-filters",
        _("Share dashboards and filters"),
        _("Let others use own dashboards and filters."),
        included_in=(ADMINISTER_JIRA,),
    ),
    InApp(
        "manage-group-filter-subscriptions",
        _("Manage group filter subscriptions"),
        _("Have the results of a filter mailed to whole groups."),
        included_in=(ADMINISTER_JIRA,),
    ),
    InApp(
        "make-bulk-changes",
        _("Make bulk changes"),
        _("Edit, move or delete many work items in one go."),
        included_in=(ADMINISTER_JIRA,),
    ),
    InApp(
        "create-team-managed-spaces",
        _("Create team-managed spaces"),
        _("Start a space (a project) that its own team runs."),
        included_in=(ADMINISTER_JIRA,),
    ),
)
CONFLUENCE_GLOBAL = (
    InApp(
        USE_CONFLUENCE,
        _("Can use"),
        _("Sign in to Confluence. It comes with access to the app, and ends with it."),
        roles=EVERYBODY,
        automatic=True,
    ),
    InApp(
        "personal-space",
        _("Personal space"),
        _("Have a space of one's own."),
        included_in=(CONFLUENCE_ADMINISTRATOR, SYSTEM_ADMINISTRATOR),
    ),
    InApp(
        "create-space",
        _("Create space(s)"),
        _("Make new spaces for everybody."),
        included_in=(CONFLUENCE_ADMINISTRATOR, SYSTEM_ADMINISTRATOR),
    ),
    InApp(
        CONFLUENCE_ADMINISTRATOR,
        _("Confluence administrator"),
        _("Change settings of all of Confluence, and repair permissions of spaces."),
        included_in=(SYSTEM_ADMINISTRATOR,),
        is_administrative=True,
    ),
    InApp(
        SYSTEM_ADMINISTRATOR,
        _("System administrator"),
        _("Do all that administrators may, and what concerns the security of it."),
        is_administrative=True,
    ),
)


def _in_space(
    key: str, about: StrPromise, label: StrPromise, description: StrPromise
) -> InApp:
    return InApp(
        key,
        label,
        description,
        roles=EVERYBODY,
        included_in=(SPACE_ADMIN,),
        about=about,
    )


_ALL, _PAGES, _BLOGS = _("All"), _("Pages"), _("Blogs")
_COMMENTS, _ATTACHMENTS, _SPACE = _("Comments"), _("Attachments"), _("Space")
_CONTENT = (
    _in_space("delete-own", _ALL, _("Delete own"), _("Delete what one has made.")),
    _in_space("add-page", _PAGES, _("Add pages"), _("Write and edit pages.")),
    _in_space(
        "archive-page", _PAGES, _("Archive pages"), _("Put pages into the archive.")
    ),
    _in_space("delete-page", _PAGES, _("Delete pages"), _("Delete anybody's pages.")),
    _in_space("add-blog", _BLOGS, _("Add blogs"), _("Write and edit blog posts.")),
    _in_space(
        "delete-blog", _BLOGS, _("Delete blogs"), _("Delete anybody's blog posts.")
    ),
    _in_space("add-attachment", _ATTACHMENTS, _("Add attachments"), _("Attach files.")),
    _in_space(
        "delete-attachment",
        _ATTACHMENTS,
        _("Delete attachments"),
        _("Delete anybody's files."),
    ),
    _in_space("add-comment", _COMMENTS, _("Add comments"), _("Comment on pages.")),
    _in_space(
        "delete-comment",
        _COMMENTS,
        _("Delete comments"),
        _("Delete anybody's comments."),
    ),
    _in_space(
        "restrictions",
        _SPACE,
        _("Add and delete restrictions"),
        _("Say who may see or edit single pages."),
    ),
    _in_space("export", _SPACE, _("Export space"), _("Take all of the space along.")),
)
IN_SPACE = (
    InApp(
        VIEW,
        _("View"),
        _("See the space and what is in it. All others need it."),
        roles=EVERYBODY,
        included_in=(SPACE_ADMIN, *(each.key for each in _CONTENT)),
        about=_ALL,
    ),
    *_CONTENT,
    InApp(
        SPACE_ADMIN,
        _("Admin"),
        _("Decide about the space and its permissions. It includes all others."),
        is_administrative=True,
        about=_SPACE,
    ),
)
GLOBAL: dict[str, tuple[InApp, ...]] = {
    App.Kind.JIRA: JIRA_GLOBAL,
    App.Kind.CONFLUENCE: CONFLUENCE_GLOBAL,
}
BY_KEY = {each.key: each for each in (*JIRA_GLOBAL, *CONFLUENCE_GLOBAL, *IN_SPACE)}
ADMINISTRATIVE = frozenset(
    each.key for each in BY_KEY.values() if each.is_administrative
)


def giving(permission: str) -> list[str]:
    """Return the keys of what makes somebody hold a permission, its own first."""
    return [permission, *BY_KEY[permission].included_in]


def held_by(given: str) -> list[InApp]:
    """Return what somebody holds who was given one permission, that one first."""
    own = BY_KEY[given]
    included = [each for each in BY_KEY.values() if given in each.included_in]
    return [own, *included]


def completed(keys: Iterable[str]) -> set[str]:
    """Return permissions of a space with the one that they all need."""
    found = set(keys)
    return found | {VIEW} if found else found


def label_of(key: str) -> str:
    """Return the name of a permission, or its key where it is none any more."""
    known = BY_KEY.get(key)
    return str(known.label) if known else key
