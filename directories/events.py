"""What the audit log records, in the words of the console's audit actions."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Event(TextChoices):
    """Audit actions; values are the ids that programs filter by."""

    ORGANIZATION_CREATED = "organization_created", _("Created organization")
    SIGNED_IN = "signed_in", _("Signed in")
    SIGN_IN_LOCKED = "sign_in_locked", _("Locked sign-in after failed attempts")
    PASSWORD_CHANGED = "password_changed", _("Changed password")
    DIRECTORY_ADDED = "identity_provider_added", _("Added identity provider")
    DIRECTORY_CHANGED = "identity_provider_changed", _("Changed identity provider")
    DIRECTORY_REMOVED = "identity_provider_removed", _("Removed identity provider")
    SCIM_DIRECTORY_CREATED = "scim_directory_created", _("Set up user provisioning")
    SCIM_DIRECTORY_DELETED = "scim_directory_deleted", _("Deleted user provisioning")
    SCIM_KEY_CREATED = "scim_directory_token_created", _("Created API key")
    SCIM_KEY_ROTATED = "scim_directory_token_rotated", _("Regenerated API key")
    SCIM_KEY_REVOKED = "scim_directory_token_revoked", _("Revoked API key")
    SCIM_KEY_CHANGED = "scim_directory_token_changed", _("Changed end of API key")
    SCIM_SYNC_ENABLED = "scim_sync_enabled", _("Renewed subscription")
    SCIM_SYNC_DISABLED = "scim_sync_disabled", _("Ended subscription")
    LIMITS_CHANGED = "limits_changed", _("Changed limits")
    SCIM_SYNC_STARTED = "scim_manual_sync_initiated", _("Started sync")
    SCIM_SCOPE_CHANGED = "scim_sync_rules_changed", _("Changed who is synced")
    SCIM_LOG_CLEARED = (
        "scim_troubleshooting_log_cleared",
        _("Cleared troubleshooting log"),
    )
    SCIM_REQUESTS_CLEARED = "scim_request_log_cleared", _("Cleared request log")
    GUARD_STOPPED = "scim_removals_stopped", _("Stopped syncing of removals")
    GUARD_APPROVED = "scim_removals_approved", _("Approved removals")
    GUARD_DISCARDED = "scim_removals_discarded", _("Discarded removals")
    GUARD_UNDONE = "scim_removals_undone", _("Undid removals")
    SCIM_USER_CREATED = "scim_user_create", _("Created provisioned user")
    SCIM_USER_UPDATED = "scim_user_update", _("Updated provisioned user")
    SCIM_USER_DELETED = "scim_user_delete", _("Deleted provisioned user")
    SCIM_USER_LINKED = "scim_user_linked_to_aa", _("Linked user to account")
    SCIM_USER_UNLINKED = "scim_user_unlinked_from_aa", _("Unlinked user from account")
    SCIM_USER_REVISITED = (
        "scim_user_relink_requested",
        _("Asked to re-link user"),
    )
    SCIM_MEMBERSHIPS_PAUSED = (
        "scim_user_memberships_paused",
        _("Paused memberships of user"),
    )
    SCIM_MEMBERSHIPS_RESTORED = (
        "scim_user_memberships_restored",
        _("Restored memberships of user"),
    )
    SCIM_GROUP_CREATED = "scim_group_create", _("Created provisioned group")
    SCIM_GROUP_UPDATED = "scim_group_update", _("Updated provisioned group")
    SCIM_GROUP_DELETED = "scim_group_delete", _("Deleted provisioned group")
    SCIM_GROUP_MEMBER_ADDED = "scim_group_add_member", _("Added to group")
    SCIM_GROUP_MEMBER_REMOVED = "scim_group_remove_member", _("Removed from group")
    SCIM_GROUP_MEMBERS = "scim_group_members_change", _("Changed group members")
    ACCOUNT_CREATED = "account_created", _("Created account")
    ACCOUNT_UPDATED = "user_detail_change", _("Changed account details")
    ACCOUNT_EMAIL_CHANGED = "email_change", _("Changed email address")
    ACCOUNT_DEACTIVATED = "managed_account_deactivated", _("Deactivated account")
    ACCOUNT_REACTIVATED = "managed_account_reactivated", _("Reactivated account")
    DELETION_SCHEDULED = (
        "managed_account_deletion_scheduled",
        _("Scheduled deletion of account"),
    )
    DELETION_CANCELLED = (
        "managed_account_deletion_cancelled",
        _("Cancelled deletion of account"),
    )
    ACCOUNT_DELETED = "managed_account_deleted", _("Deleted account")
    USER_REMOVED = "user_removed_from_org", _("Removed user from organization")
    USER_INVITED = "user_invited", _("Invited user")
    INVITATION_RESENT = "user_invitation_resent", _("Sent invitation again")
    INVITATION_REVOKED = "user_invitation_revoked", _("Revoked invitation")
    USER_SUSPENDED = "user_suspended", _("Suspended access of user")
    USER_RESTORED = "user_access_restored", _("Restored access of user")
    ORGANIZATION_CHANGED = "organization_changed", _("Changed organization settings")
    GROUP_CREATED = "group_created", _("Created group")
    GROUP_UPDATED = "group_updated", _("Updated group")
    GROUP_RELEASED = "group_released", _("Made synced group local")
    GROUP_DELETED = "group_deleted", _("Deleted group")
    GROUP_RESTORED = "group_restored", _("Restored deleted group")
    GROUP_FORGOTTEN = "deleted_group_forgotten", _("Forgot deleted group for good")
    GROUP_CONFLICT_SYNCED = (
        "site_sync_conflicting_group",
        _("Synced conflicting group"),
    )
    GROUP_CONFLICTS_SYNCED = (
        "site_sync_all_conflicting_groups",
        _("Synced all conflicting groups"),
    )
    GROUP_CONFLICT_KEPT_BOTH = (
        "group_conflict_kept_both",
        _("Kept both groups of a name"),
    )
    GROUP_CONFLICT_ADOPTED = (
        "group_conflict_adopted",
        _("Adopted conflicting group"),
    )
    USER_ADDED_TO_GROUP = "user_added_to_group", _("Added user to group")
    USER_REMOVED_FROM_GROUP = "user_removed_from_group", _("Removed user from group")
    ORG_ADMIN_ADDED = "added_org_admin", _("Added organization admin")
    ORG_ADMIN_REMOVED = "removed_org_admin", _("Removed organization admin")
    ROLE_GRANTED = "user_granted_role", _("Gave user an admin right")
    ROLE_REVOKED = "user_revoked_role", _("Took an admin right from user")
    GROUP_ROLE_GRANTED = "group_granted_role", _("Gave group an admin right")
    GROUP_ROLE_REVOKED = "group_revoked_role", _("Took an admin right from group")
    APP_ACCESS_GRANTED = (
        "group_granted_product_access",
        _("Gave group access to an app"),
    )
    APP_ACCESS_REVOKED = (
        "group_revoked_product_access",
        _("Took access to an app from group"),
    )
    APP_LIMIT_CHANGED = "product_user_limit_changed", _("Changed user limit of an app")
    APP_REFUSED_LET_IN = (
        "product_refused_users_retried",
        _("Let in people whom a user limit had refused"),
    )
    ACCESS_CHECKED = "product_access_corrected", _("Corrected access to apps")
    APP_DEFAULT_ADDED = (
        "group_added_as_role_default",
        _("Made group a default group of an app"),
    )
    APP_DEFAULT_REMOVED = (
        "group_removed_as_role_default",
        _("Made group no default group of an app"),
    )
    APP_PERMISSIONS_CHANGED = (
        "app_permissions_changed",
        _("Changed permissions inside of an app"),
    )
    SPACE_CREATED = "space_created", _("Added space")
    SPACE_UPDATED = "space_updated", _("Renamed space")
    SPACE_DELETED = "space_deleted", _("Deleted space")
    SITE_ADDED = "site_added", _("Added site")
    SITE_RENAMED = "site_renamed", _("Renamed site")
    SITE_REMOVED = "site_removed", _("Removed site")
    SITE_RESTORED = "site_restored", _("Restored site")
    SITE_DELETED = "site_deleted", _("Deleted removed site for good")
    APP_ADDED = "product_added", _("Added app to site")
    APP_REMOVED = "product_removed", _("Removed app from site")
    APP_RESTORED = "product_restored", _("Restored app of site")
    APP_DELETED = "product_deleted", _("Deleted removed app for good")
    TRELLO_LINKED = "trello_enterprise_linked", _("Linked Trello Enterprise")
    TRELLO_UNLINKED = "trello_enterprise_unlinked", _("Unlinked Trello Enterprise")
    LICENSES_FREE = "app_licenses_free", _("Licenses of an app are free again")
    LICENSES_NEARLY_USED = (
        "app_licenses_nearly_used",
        _("Few licenses of an app are left"),
    )
    LICENSES_USED = "app_licenses_used", _("All licenses of an app are used")
    LICENSES_EXCEEDED = (
        "app_licenses_exceeded",
        _("More people than licenses of an app"),
    )
    ORPHAN_KEPT = "released_user_kept", _("Kept a user that is no longer pushed")
    ORGANIZATION_KEY_CREATED = (
        "organization_api_key_created",
        _("Created organization API key"),
    )
    ORGANIZATION_KEY_REVOKED = (
        "organization_api_key_revoked",
        _("Revoked organization API key"),
    )
    DOMAIN_ADDED = "domain_added", _("Added domain")
    DOMAIN_CHECK_STARTED = (
        "domain_verification_started",
        _("Started verification of domain"),
    )
    DOMAIN_VERIFIED = "domain_verification_completed", _("Verified domain")
    DOMAIN_UNVERIFIED = (
        "domain_verification_removed",
        _("Removed verification of domain"),
    )
    DOMAIN_PROOF_MISSING = "domain_proof_missing", _("Missed the proof of a domain")
    DOMAIN_CLAIMED = "domain_claimed", _("Claimed accounts of domain")
    DOMAIN_LINKED = "domain_linked", _("Linked domain to directory")
    DOMAIN_UNLINKED = "domain_unlinked", _("Unlinked domain from directory")
    DOMAIN_REMOVED = "domain_removed", _("Removed domain")
    DOMAIN_ACCOUNTS_EXPORTED = (
        "export_domain_account",
        _("Exported accounts of domain"),
    )
    BECAME_MANAGED = "become_managed_scim_user", _("Made account a managed one")
    BECAME_UNMANAGED = (
        "become_unmanaged_scim_user",
        _("Made account an external one"),
    )
    EXPORTED = "exported", _("Exported list")
    CUSTOMER_CREATED = "portal_customer_created", _("Created customer")
    CUSTOMER_UPDATED = "portal_customer_updated", _("Changed customer details")
    CUSTOMER_EMAIL_CHANGED = (
        "portal_customer_email_changed",
        _("Changed email address of customer"),
    )
    CUSTOMER_PASSWORD_CHANGED = (
        "portal_customer_password_changed",
        _("Changed password of customer"),
    )
    CUSTOMER_REVOKED = "portal_customer_access_revoked", _("Revoked access of customer")
    CUSTOMER_GRANTED = "portal_customer_access_granted", _("Granted access to customer")
    CUSTOMER_MIGRATED = (
        "portal_customer_migrated",
        _("Migrated customer to an account"),
    )
    CUSTOMER_DELETED = "portal_customer_deleted", _("Deleted customer")
    CUSTOMER_LINKED = "scim_user_linked_to_customer", _("Linked user to customer")
    CUSTOMER_UNLINKED = (
        "scim_user_unlinked_from_customer",
        _("Unlinked user from customer"),
    )
    CUSTOMER_RELEASED = "portal_customer_released", _("Made synced customer local")
    CUSTOMER_SESSIONS_ENDED = (
        "portal_customer_sessions_ended",
        _("Ended sessions of customer"),
    )
    CUSTOMER_SIGNED_IN = "portal_customer_signed_in", _("Customer signed in")
    CUSTOMER_SIGN_IN_LOCKED = (
        "portal_customer_sign_in_locked",
        _("Locked sign-in of customer after failed attempts"),
    )
    CUSTOMERS_IMPORTED = "portal_customers_imported", _("Imported customers")
    CUSTOMER_ORGANIZATION_CREATED = (
        "customer_organization_created",
        _("Created customer organization"),
    )
    CUSTOMER_ORGANIZATION_UPDATED = (
        "customer_organization_updated",
        _("Changed customer organization"),
    )
    CUSTOMER_ORGANIZATION_SYNCED = (
        "customer_organization_synced",
        _("Customer organization follows a group"),
    )
    CUSTOMER_ORGANIZATION_RELEASED = (
        "customer_organization_released",
        _("Made synced customer organization local"),
    )
    CUSTOMER_ORGANIZATION_DELETED = (
        "customer_organization_deleted",
        _("Deleted customer organization"),
    )
    CUSTOMER_ORGANIZATION_RESTORED = (
        "customer_organization_restored",
        _("Restored customer organization"),
    )
    CUSTOMER_JOINED = "customer_organization_member_added", _("Added to organization")
    CUSTOMER_LEFT = (
        "customer_organization_member_removed",
        _("Removed from organization"),
    )
    CUSTOMER_ORGANIZATION_MEMBERS = (
        "customer_organization_members_change",
        _("Changed customers of organization"),
    )
    CUSTOMER_ORGANIZATION_DOMAINS = (
        "customer_organization_domains_change",
        _("Changed email domains of organization"),
    )
    CUSTOMER_ACCESS_CHANGED = (
        "customer_access_settings_changed",
        _("Changed customer access"),
    )
    CUSTOMER_DIRECTORY_CHANGED = (
        "customer_directory_changed",
        _("Changed customer directory"),
    )
    SERVICE_PROJECT_CREATED = "service_project_created", _("Created service project")
    SERVICE_PROJECT_CHANGED = "service_project_changed", _("Changed service project")
    SERVICE_PROJECT_DELETED = "service_project_deleted", _("Deleted service project")
    ORGANIZATION_ATTACHED = (
        "customer_organization_attached",
        _("Added organization to project"),
    )
    ORGANIZATION_DETACHED = (
        "customer_organization_detached",
        _("Removed organization from project"),
    )
    ATTACH_RULE_ADDED = "attach_rule_added", _("Added attach rule")
    ATTACH_RULE_REMOVED = "attach_rule_removed", _("Removed attach rule")
    PROJECT_CUSTOMER_ADDED = (
        "service_project_customer_added",
        _("Added customer to project"),
    )
    PROJECT_CUSTOMER_REMOVED = (
        "service_project_customer_removed",
        _("Removed customer from project"),
    )
    PROJECT_ROLE_GRANTED = (
        "service_project_role_granted",
        _("Gave a role in a project"),
    )
    PROJECT_ROLE_REVOKED = (
        "service_project_role_revoked",
        _("Took a role in a project"),
    )
    JOB_PAUSED = "job_paused", _("Paused background work")
    JOB_RESUMED = "job_resumed", _("Resumed background work")
    JOB_CANCELLED = "job_cancelled", _("Cancelled background work")
    JOB_TRIED_AGAIN = "job_tried_again", _("Tried failed background work again")
