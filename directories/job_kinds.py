"""The kinds of background work in words: what they are, what stopping them means."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

NIGHTLY = _(
    "What was not reached stays as it is until the next comparison: tonight, or when "
    "somebody asks for “Sync now”."
)
REST = _(
    "What is done stays done. The rest stays as it is and is not done later: choose it "
    "once more if you want it."
)
DECIDED = _(
    "This carries a decision out, and stopping half way would leave nobody knowing "
    "what counts. It can be paused."
)
DELETED = _("It was removed long ago, and what is left could not be used any more.")


@dataclass(frozen=True)
class JobKind:
    """Words for a kind: its name; what cancelling it leaves, or why it cannot be."""

    name: StrPromise
    undone: StrPromise | str = ""
    lasting: StrPromise | str = DECIDED

    @property
    def can_be_cancelled(self) -> bool:
        """Say whether stopping it in the middle is harmless, or made up for."""
        return bool(self.undone)


OTHER = JobKind(_("Other work"))
KINDS: dict[str, JobKind] = {
    "access-check": JobKind(
        _("Check of access to apps"),
        _("Nobody's access changes by that. The next check is tonight."),
    ),
    "access-follow": JobKind(
        _("Access to apps"),
        lasting=_(
            "People are getting or losing access as was decided. Take the decision "
            "back instead, or pause this."
        ),
    ),
    "accounts-deactivate": JobKind(_("Deactivating accounts"), REST),
    "app-delete": JobKind(_("Deleting a removed app"), lasting=DELETED),
    "attach-rule-apply": JobKind(_("Applying a rule"), REST),
    "attach-rule-end": JobKind(
        _("Ending a rule"),
        _(
            "What was not reached stays in the project, and so does the rule: delete "
            "it once more."
        ),
    ),
    "customer-groups-sync-all": JobKind(_("Syncing customer groups"), REST),
    "customer-organization-sync": JobKind(_("Customer organization sync"), NIGHTLY),
    "customer-organizations-change": JobKind(_("Changing organizations"), REST),
    "customers-change": JobKind(_("Changing customers"), REST),
    "customers-import": JobKind(
        _("Import of customers"),
        _(
            "Lines that are done stay done. The other lines are not imported: upload "
            "the list again, and what is there already is left alone."
        ),
    ),
    "customers-look": JobKind(
        _("Check of a list to import"),
        lasting=_(
            "It changes nothing, and the list cannot be imported before it is done."
        ),
    ),
    "directory-all-members": JobKind(_("Group of all members"), NIGHTLY),
    "directory-reconcile": JobKind(_("Comparison of a directory"), NIGHTLY),
    "directory-release": JobKind(
        _("End of a configuration"),
        lasting=_(
            "The key has stopped already, and nobody can sync until everything is "
            "local. It can be paused."
        ),
    ),
    "domain-check": JobKind(
        _("Domain check"),
        _("The domain stays as it is. Check it again whenever you want."),
    ),
    "domain-follow": JobKind(
        _("People of a domain"),
        lasting=_(
            "The accounts of a domain are managed together or not at all. It can be "
            "paused."
        ),
    ),
    "dry-run": JobKind(
        _("Dry run"),
        _("A dry run changes nothing. Its numbers are not shown; ask for another."),
    ),
    "group-sync": JobKind(
        _("Group sync"),
        _(
            "Whoever was not reached stays outside of the group, or in it, until the "
            "next comparison: tonight, or when somebody asks for “Sync now”."
        ),
    ),
    "groups-sync-all": JobKind(
        _("Syncing waiting groups"),
        _(
            "Groups that are synced already stay synced, and the next comparison "
            "completes their members. The others go on waiting for your decision."
        ),
    ),
    "guard-approve": JobKind(_("Carrying out removals")),
    "guard-discard": JobKind(_("Discarding removals")),
    "guard-undo": JobKind(_("Undoing removals")),
    "link-choice": JobKind(_("Links of chosen people"), REST),
    "organization-domain-fill": JobKind(_("Customers by domain"), REST),
    "organizations-attach": JobKind(_("Adding organizations to a project"), REST),
    "organizations-detach": JobKind(_("Removing organizations from a project"), REST),
    "people-restore": JobKind(_("Restoring access of chosen people"), REST),
    "people-suspend": JobKind(_("Suspending chosen people"), REST),
    "site-delete": JobKind(_("Deleting a removed site"), lasting=DELETED),
}


def kind_of(name: str) -> JobKind:
    """Return the words for a kind of work."""
    return KINDS.get(name, OTHER)
