"""What the troubleshooting log says first: one plain sentence for every refusal.

What was noted without a refusal is such a sentence already, as it is stored.
"""

from http import HTTPStatus

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directories.models import TroubleshootingEntry


class Refusal(TextChoices):
    """Why a request was refused: the log's machine word, and a sentence for admins.

    The sentence is put in when an entry is shown, so it is in the reader's language.
    """

    USER_NAME_TAKEN = (
        "user_name_taken",
        gettext_lazy(
            "The person was refused: somebody else in this directory has the same "
            "user name."
        ),
    )
    PERSON_EMAIL_TAKEN = (
        "person_email_taken",
        gettext_lazy(
            "The person was refused: somebody else in this directory has the same "
            "email address."
        ),
    )
    GROUP_NAME_TAKEN = (
        "group_name_taken",
        gettext_lazy(
            "The group was refused: another group of this directory has the same name."
        ),
    )
    EMAIL_TAKEN = (
        "email_taken",
        gettext_lazy("The new email address was refused: another account has it."),
    )
    DOMAIN_OF_OTHER_ORGANIZATION = (
        "domain_of_other_organization",
        gettext_lazy(
            "The person was refused: another organization has verified the domain of "
            "the email address."
        ),
    )
    BUILT_IN_GROUP = (
        "built_in_group",
        gettext_lazy("The group was refused: a built-in group has its name."),
    )
    SYSTEM_GROUP = (
        "system_group",
        gettext_lazy(
            "The group was refused: its name is kept for the group of everybody in a "
            "directory."
        ),
    )
    DEFAULT_GROUP = (
        "default_group",
        gettext_lazy(
            "The group was refused: the default group of an app has its name."
        ),
    )
    DELETED_GROUP = (
        "group_waits_to_be_deleted",
        gettext_lazy(
            "The group was refused: a group of its name was deleted, and the removal "
            "waits for a decision."
        ),
    )
    GROUP_OF_OTHER_DIRECTORY = (
        "group_of_other_directory",
        gettext_lazy(
            "The group was refused: another directory already syncs a group of its "
            "name."
        ),
    )
    LOCAL_GROUP = (
        "local_group_same_name",
        gettext_lazy("The group was refused: a local group has its name."),
    )
    CUSTOMER_EMAIL_TAKEN = (
        "customer_email_taken",
        gettext_lazy(
            "The new email address was refused: another customer of the site has it."
        ),
    )
    CUSTOMER_OF_OTHER_DIRECTORY = (
        "customer_of_other_directory",
        gettext_lazy(
            "The person was refused: another directory already syncs the customer "
            "with this email address."
        ),
    )
    CUSTOMER_ROUTED_ELSEWHERE = (
        "customer_routed_elsewhere",
        gettext_lazy(
            "The person was refused: customers of the domain of the email address "
            "belong to another directory."
        ),
    )
    ORGANIZATION_OF_OTHER_DIRECTORY = (
        "organization_of_other_directory",
        gettext_lazy(
            "The group was refused: another directory already syncs an organization "
            "of its name."
        ),
    )
    ORGANIZATION_SAME_NAME = (
        "organization_same_name",
        gettext_lazy(
            "The group was refused: an organization of the site has its name already."
        ),
    )
    LIMIT_USERS = (
        "limit_users",
        gettext_lazy("The person was refused: the limit of users is reached."),
    )
    LIMIT_GROUPS = (
        "limit_groups",
        gettext_lazy("The group was refused: the limit of groups is reached."),
    )
    LIMIT_MEMBERS = (
        "limit_members",
        gettext_lazy(
            "The group was not changed: it would have more people than a group may "
            "have."
        ),
    )
    SITE_REMOVED = (
        "site_removed",
        gettext_lazy(
            "The request was refused: the site of the customers, or its Jira Service "
            "Management, was removed."
        ),
    )
    SUBSCRIPTION_ENDED = (
        "subscription_ended",
        gettext_lazy(
            "Nothing is synced: the subscription of the organization has ended."
        ),
    )
    THROTTLED = (
        "throttled",
        gettext_lazy(
            "The identity provider was told to wait: it sent more requests a minute "
            "than it may."
        ),
    )
    UNKNOWN_MEMBER = (
        "unknown_member",
        gettext_lazy(
            "The group was not changed: some of the members that were sent are not in "
            "this directory."
        ),
    )
    UNKNOWN_ID = (
        "unknown_id",
        gettext_lazy(
            "The identity provider changed a person or group that is not in this "
            "directory."
        ),
    )
    UNKNOWN_ENDPOINT = (
        "unknown_endpoint",
        gettext_lazy(
            "The identity provider used an address that does not exist in this "
            "directory."
        ),
    )
    BAD_FILTER = (
        "bad_filter",
        gettext_lazy(
            "The identity provider searched for people or groups in a way that is not "
            "offered."
        ),
    )
    UNKNOWN_ATTRIBUTE = (
        "unknown_attribute",
        gettext_lazy("The identity provider sent a field that is not known here."),
    )
    BAD_PATH = (
        "bad_path",
        gettext_lazy(
            "The identity provider asked for a change of a field, and it is not clear "
            "of which."
        ),
    )
    NO_TARGET = (
        "no_target",
        gettext_lazy(
            "The identity provider asked for a change of a value that is not there."
        ),
    )
    UNREADABLE = (
        "unreadable",
        gettext_lazy("The identity provider sent a request that cannot be read."),
    )
    BAD_VALUE = (
        "bad_value",
        gettext_lazy(
            "The identity provider sent a value that cannot be used, or left out one "
            "that is needed."
        ),
    )
    FIXED_VALUE = (
        "fixed_value",
        gettext_lazy(
            "The identity provider tried to change or remove something that has to "
            "stay as it is."
        ),
    )
    BAD_PAGE = (
        "bad_page",
        gettext_lazy(
            "The identity provider asked for a part of a list that cannot be found."
        ),
    )
    TOO_MANY = (
        "too_many",
        gettext_lazy(
            "The identity provider searched for more people or groups than one answer "
            "can hold."
        ),
    )
    TOO_LARGE = (
        "too_large",
        gettext_lazy("The identity provider sent more at a time than is allowed."),
    )
    WRONG_FORMAT = (
        "wrong_format",
        gettext_lazy("The identity provider sent a format that is not read here."),
    )
    NOT_OFFERED = (
        "not_offered",
        gettext_lazy("The identity provider used a feature that is not offered."),
    )
    BROKEN_REFERENCE = (
        "broken_reference",
        gettext_lazy(
            "A change was left out: another one of the same request, which it needs, "
            "was refused."
        ),
    )
    SERVER_ERROR = (
        "server_error",
        gettext_lazy("The request failed on our side and changed nothing."),
    )
    UNAVAILABLE = (
        "unavailable",
        gettext_lazy("The database did not work, so requests had to be sent again."),
    )
    BAD_REQUEST = (
        "bad_request",
        gettext_lazy(
            "The identity provider sent a request that cannot be carried out."
        ),
    )
    # Words of entries from before there was one for each cause.
    TAKEN = (
        "taken",
        gettext_lazy(
            "The request was refused: a name or an email address in it is taken."
        ),
    )
    LIMIT = "limit", gettext_lazy("The request was refused: a limit is reached.")


# Entries of these kinds are told with a name or a number of their own.
NOTED = {
    "chosen_group_renamed": gettext_lazy("A chosen group has another name now."),
    "duplicate_external_id": gettext_lazy("Two people have one external ID."),
    "external_account_linked": gettext_lazy(
        "An existing account of an unverified domain was linked."
    ),
    "photo_not_fetched": gettext_lazy("A profile photo was not fetched."),
    "taken_over": gettext_lazy("Another directory has taken an account over."),
    "unknown_member": gettext_lazy("Members who are not here were passed over."),
}


def is_refusal(entry: TroubleshootingEntry) -> bool:
    """Say whether an entry tells of a request that was answered with an error."""
    status = entry.request.get("status")
    return isinstance(status, int) and status >= HTTPStatus.BAD_REQUEST


def sentence_of(entry: TroubleshootingEntry) -> str:
    """Return what happened, in one plain sentence for admins."""
    if not is_refusal(entry):
        return entry.reason
    known = entry.kind in Refusal.values
    return str(Refusal(entry.kind if known else Refusal.BAD_REQUEST).label)


def reason_of(entry: TroubleshootingEntry) -> str:
    """Return what all entries of a kind have in common, in one plain sentence."""
    noted = None if is_refusal(entry) else NOTED.get(entry.kind)
    return sentence_of(entry) if noted is None else str(noted)


def answer_of(entry: TroubleshootingEntry) -> str:
    """Return what the client was answered, "" for what was no refusal."""
    if not is_refusal(entry):
        return ""
    return _("Answered: {status} {detail}").format(
        status=entry.request["status"], detail=entry.reason
    )
