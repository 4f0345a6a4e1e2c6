"""Tables of the directories app."""

from directories.models.account import Account, Photo
from directories.models.activity import Activity, ActivityMark
from directories.models.api_key import ApiKey, OrganizationApiKey
from directories.models.directory import Directory
from directories.models.domain import Domain
from directories.models.job import Job, JobInput
from directories.models.log import AuditEvent, TroubleshootingEntry
from directories.models.member import Member, RoleAssignment
from directories.models.organization import Organization, Site
from directories.models.record import (
    DirectGroup,
    GroupRecord,
    LinkState,
    Membership,
    Nesting,
    Record,
    UserEmail,
    UserRecord,
)
from directories.models.removal import Removal
from directories.models.request import RequestEntry, UnusedAttribute

__all__ = [
    "Account",
    "Activity",
    "ActivityMark",
    "ApiKey",
    "AuditEvent",
    "DirectGroup",
    "Directory",
    "Domain",
    "GroupRecord",
    "Job",
    "JobInput",
    "LinkState",
    "Member",
    "Membership",
    "Nesting",
    "Organization",
    "OrganizationApiKey",
    "Photo",
    "Record",
    "Removal",
    "RequestEntry",
    "RoleAssignment",
    "Site",
    "TroubleshootingEntry",
    "UnusedAttribute",
    "UserEmail",
    "UserRecord",
]
