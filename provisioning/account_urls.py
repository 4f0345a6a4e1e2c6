"""Console URLs about managed accounts, and about the account of one person."""

from django.urls import path

from provisioning.views.accounts.account import (
    account_deactivate,
    account_delete,
    account_deletion_cancel,
    account_reactivate,
    user_remove,
)
from provisioning.views.accounts.invitation import (
    invitation_resend,
    invitation_revoke,
    user_invite,
)
from provisioning.views.accounts.managed_account import (
    managed_account_deactivate,
    managed_account_export,
    managed_account_list,
)
from provisioning.views.accounts.person_edit import user_edit
from provisioning.views.accounts.suspension import (
    user_restore,
    user_suspend,
    users_restore,
    users_suspend,
)

USERS = "directory/users/"
USER = f"{USERS}<uuid:public_id>/"
MANAGED = "directory/managed-accounts/"

account_patterns = [
    path(f"{USERS}invite/", user_invite, name="user-invite"),
    path(f"{USERS}suspend/", users_suspend, name="users-suspend"),
    path(f"{USERS}restore-access/", users_restore, name="users-restore"),
    path(f"{USER}suspend/", user_suspend, name="user-suspend"),
    path(f"{USER}restore-access/", user_restore, name="user-restore"),
    path(f"{USER}invitation/resend/", invitation_resend, name="invitation-resend"),
    path(f"{USER}invitation/revoke/", invitation_revoke, name="invitation-revoke"),
    path(f"{USER}edit/", user_edit, name="user-edit"),
    path(f"{USER}remove/", user_remove, name="user-remove"),
    path(f"{USER}deactivate/", account_deactivate, name="account-deactivate"),
    path(f"{USER}reactivate/", account_reactivate, name="account-reactivate"),
    path(f"{USER}delete/", account_delete, name="account-delete"),
    path(
        f"{USER}cancel-deletion/",
        account_deletion_cancel,
        name="account-deletion-cancel",
    ),
    path(MANAGED, managed_account_list, name="managed-account-list"),
    path(f"{MANAGED}export/", managed_account_export, name="managed-account-export"),
    path(
        f"{MANAGED}deactivate/",
        managed_account_deactivate,
        name="managed-account-deactivate",
    ),
]
