"""Why a record was not carried out: machine words, and sentences for admins."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from directories.models import TroubleshootingEntry

Level = TroubleshootingEntry.Level


class Reason(TextChoices):
    """The machine words of `link_reason`, with a short label each."""

    NO_EMAIL = "no_email", _("No email address")
    INACTIVE = "inactive", _("Inactive in the identity provider")
    ADMIN_ACCOUNT = "admin_account", _("The account is an admin's")
    ADMIN_EMAIL_CHANGE = "admin_email_change", _("An admin's email address changed")
    OTHER_DIRECTORY = "other_directory", _("Owned by another directory")
    DOMAIN_LINKED_ELSEWHERE = (
        "domain_linked_elsewhere",
        _("Domain linked to another directory"),
    )
    EMAIL_NOT_VERIFIED = (
        "email_domain_not_verified",
        _("New email address is not in a verified domain"),
    )
    LAST_ADMIN = "last_admin", _("The last organization admin")
    LAST_ADMIN_RIGHT = "last_admin_right", _("The last organization admin's right")
    OUT_OF_SCOPE = "out_of_scope", _("Not among those chosen to be synced")
    UNLINKED_BY_ADMIN = "unlinked_by_admin", _("Unlinked by an admin")
    EMAIL_LINKED_ELSEWHERE = (
        "email_domain_linked_elsewhere",
        _("Domain of the new email address is linked to another directory"),
    )
    EXTERNAL_EMAIL = "external_email_change", _("An external person's address changed")
    OTHER_RECORD = "other_record", _("Another person of the directory has the account")
    DELETION_SCHEDULED = "deletion_scheduled", _("The account is to be deleted")
    LOCAL_NAME = "local_group_same_name", _("A local group has this name")
    GUARD_HELD = "guard_held", _("Removal waits for a decision")
    RENAME_WAITS = "rename_waits", _("The new name is a local group's")
    SPOILT = "spoilt", _("Damaged")
    LICENSE_WAITS = "license_waits", _("Waits for a license of an app")
    LICENSE_REFUSED = "license_refused", _("Refused by the user limit of an app")
    LICENSE_OVER = "license_over", _("Over the user limit of an app")
    SUSPENDED = "suspended", _("Suspended here by an admin")


@dataclass(frozen=True)
class Explanation:
    """What happened and what to do, in one or two sentences each."""

    level: Level
    reason: StrPromise
    advice: StrPromise


EXPLANATIONS: dict[str, Explanation] = {
    Reason.SPOILT: Explanation(
        Level.ERROR,
        _("What is stored of it cannot be worked with, so it was left out."),
        _(
            "Unassign and assign it again in the identity provider, which stores it "
            "anew. The server's log names the cause."
        ),
    ),
    Reason.LICENSE_WAITS: Explanation(
        Level.WARNING,
        _("The person is in the group, but waits for access: the app is full."),
        _(
            "Raise the user limit, or remove people who need no access. Who has waited "
            "longest is let in first, without anybody doing anything."
        ),
    ),
    Reason.LICENSE_REFUSED: Explanation(
        Level.WARNING,
        _("The person is in the group, but has no access: the app is full."),
        _(
            "Raise the user limit or remove people who need no access, then select "
            '"Try again" under Licenses of the app.'
        ),
    ),
    Reason.LICENSE_OVER: Explanation(
        Level.WARNING,
        _("The person has access, but the app has more people than its user limit."),
        _("Raise the user limit, or take people out of the groups that give access."),
    ),
    Reason.NO_EMAIL: Explanation(
        Level.WARNING,
        _(
            "The person was stored without an account: no usable email address "
            "was sent."
        ),
        _("Map an email address in the identity provider and push the person again."),
    ),
    Reason.INACTIVE: Explanation(
        Level.INFO,
        _("The person is inactive in the identity provider."),
        _(
            "Nothing to do. Account and groups follow when the identity provider "
            "activates them; access that an external person has here stays."
        ),
    ),
    Reason.ADMIN_ACCOUNT: Explanation(
        Level.WARNING,
        _(
            "The person was not linked: the account with this address holds an "
            "admin right, and linking it would hand it to the identity provider."
        ),
        _("Open Review under Directory and link the account there."),
    ),
    Reason.ADMIN_EMAIL_CHANGE: Explanation(
        Level.WARNING,
        _("The new email address was not applied: the account holds an admin right."),
        _(
            "Check the change with the person. The account keeps its address as long "
            "as it holds an admin right."
        ),
    ),
    Reason.OTHER_DIRECTORY: Explanation(
        Level.WARNING,
        _("The person was not linked: another directory owns the account."),
        _("Remove the person from one of the two identity providers."),
    ),
    Reason.DOMAIN_LINKED_ELSEWHERE: Explanation(
        Level.WARNING,
        _("The person was not linked: the domain is linked to another directory."),
        _("Link the domain to this directory, or push the person from the other one."),
    ),
    Reason.EMAIL_NOT_VERIFIED: Explanation(
        Level.WARNING,
        _(
            "The new email address was not applied and the person left all synced "
            "groups: the domain of the new address is not verified."
        ),
        _(
            "Verify the domain of the new address, or set the old address again in "
            "the identity provider. What then becomes of the groups is chosen under "
            "Settings, Organization."
        ),
    ),
    Reason.LAST_ADMIN: Explanation(
        Level.WARNING,
        _(
            "The account was not deactivated: it is the last active organization "
            "admin, and nobody could administer the organization without it."
        ),
        _(
            "Make somebody else an organization admin under Directory, "
            "Administrators. The account is deactivated at the next sync then."
        ),
    ),
    Reason.LAST_ADMIN_RIGHT: Explanation(
        Level.WARNING,
        _(
            "The person lost a group that gave organization admin, but stays one, "
            "given directly: there is no other active organization admin."
        ),
        _(
            "Make somebody else an organization admin under Directory, "
            "Administrators, then revoke this right there."
        ),
    ),
    Reason.OUT_OF_SCOPE: Explanation(
        Level.INFO,
        _(
            "Stored, but not synced: the sync rules of the directory choose groups "
            "and people by name, and this is not among them."
        ),
        _(
            "Open Sync rules on the directory's page and choose it, or sync all users "
            "and groups. What is chosen later is taken up then; nothing is lost."
        ),
    ),
    Reason.UNLINKED_BY_ADMIN: Explanation(
        Level.INFO,
        _(
            "An admin unlinked the person: what the identity provider pushes is "
            "stored, and no account follows it."
        ),
        _(
            "Use Re-link under Directory, Reports, when the identity provider is to "
            "decide about the account again."
        ),
    ),
    Reason.EMAIL_LINKED_ELSEWHERE: Explanation(
        Level.WARNING,
        _(
            "The new email address was not applied and the person left all synced "
            "groups: the domain of the new address is linked to another directory."
        ),
        _(
            "Link the domain to this directory, push the person from the other one, "
            "or set the old address again in the identity provider."
        ),
    ),
    Reason.EXTERNAL_EMAIL: Explanation(
        Level.WARNING,
        _(
            "The new email address was not applied: the organization does not manage "
            "the account, which keeps its address. The groups stay."
        ),
        _(
            "Nothing, if it is the same person. If the account of the new address is "
            "wanted, delete the person in the identity provider and push them again."
        ),
    ),
    Reason.OTHER_RECORD: Explanation(
        Level.WARNING,
        _(
            "The person was not linked: another person of this directory has the "
            "account with this address."
        ),
        _(
            "Both are one person: remove one of them in the identity provider. They "
            "are two: give the account of the other one its new address first."
        ),
    ),
    Reason.DELETION_SCHEDULED: Explanation(
        Level.WARNING,
        _(
            "The person was not linked: the account with this address is to be "
            "deleted, and the address stays taken until then."
        ),
        _(
            "Cancel the deletion under Directory, Managed accounts, to link the "
            "account. Otherwise a new account is made when it is gone."
        ),
    ),
    Reason.LOCAL_NAME: Explanation(
        Level.WARNING,
        _(
            "The group waits for review: a local group of the organization has "
            "its name."
        ),
        _(
            "If both are the same group, sync or adopt it under Directory, Review. If "
            "not, keep both there, or give the group another name in the identity "
            "provider."
        ),
    ),
    Reason.GUARD_HELD: Explanation(
        Level.WARNING,
        _(
            "The removal was not carried out: the mass-change guard has stopped "
            "removals of this directory."
        ),
        _(
            "Open the directory, review what waits, and approve or discard it. "
            "Access stays as it is until then."
        ),
    ),
    Reason.RENAME_WAITS: Explanation(
        Level.WARNING,
        _("The group keeps its former name: a local group has the new one."),
        _(
            "Decide under Directory, Review, which of the two groups has the name, or "
            "give the group another name in the identity provider."
        ),
    ),
    Reason.SUSPENDED: Explanation(
        Level.INFO,
        _(
            "The person is active in the identity provider, but an admin has suspended "
            "them here: no push gives them access."
        ),
        _(
            "Profile and synced groups go on following the identity provider. Open the "
            "person under Directory, Users, and choose “Restore access” when they are "
            "to have access again."
        ),
    ),
}
