"""Who may open which page about a site's customers, written down once more.

Whoever adds a URL of the portals app says here who may open it.
"""

# Rights over a site; see portals.permissions.SiteRight.
SEE = "see"
CUSTOMERS, PROVIDERS, SERVICE = "customers", "providers", "service"
# Rights in a service project; see portals.permissions.ProjectRight.
WORK, ADMINISTER = "work", "administer"
# Pages of the help center: for whoever comes by, or for customers who signed in.
ANYBODY, CUSTOMER = "anybody", "customer"
# For whoever may see sites; see directories.permissions.Permission.
SEE_SITES = "see sites"
# For everybody with an account, admin or not.
SIGNED_IN = "signed in"

PORTAL_PAGES: dict[str, str] = {
    "portals:attach-rule-add": ADMINISTER,
    "portals:attach-rule-apply": ADMINISTER,
    "portals:attach-rule-list": ADMINISTER,
    "portals:attach-rule-remove": ADMINISTER,
    "portals:customer-access": SERVICE,
    "portals:customer-address-confirm": ANYBODY,
    "portals:customer-continue": ANYBODY,
    "portals:customer-password-change": CUSTOMER,
    "portals:customer-password-forgotten": ANYBODY,
    "portals:customer-password-set": ANYBODY,
    "portals:customer-portals": CUSTOMERS,
    "portals:customer-profile": CUSTOMER,
    "portals:customer-sign-in": ANYBODY,
    "portals:customer-sign-out": ANYBODY,
    "portals:customer-sign-up": ANYBODY,
    "portals:customer-sign-up-confirm": ANYBODY,
    "portals:customer-sites": SEE_SITES,
    "portals:organization-add": SERVICE,
    "portals:organization-delete": SERVICE,
    "portals:organization-detail": SERVICE,
    "portals:organization-domain-add": SERVICE,
    "portals:organization-domain-fill": SERVICE,
    "portals:organization-domain-first": SERVICE,
    "portals:organization-domain-remove": SERVICE,
    "portals:organization-edit": SERVICE,
    "portals:organization-export": SERVICE,
    "portals:organization-list": SERVICE,
    "portals:organization-management": SERVICE,
    "portals:organization-member-export": SERVICE,
    "portals:organization-people-add": SERVICE,
    "portals:organization-people-remove": SERVICE,
    "portals:organization-project-remove": SERVICE,
    "portals:organization-projects-add": SERVICE,
    "portals:organization-restore": SERVICE,
    "portals:organization-settle": SERVICE,
    "portals:organization-unlink": SERVICE,
    "portals:organizations-attach": SERVICE,
    "portals:organizations-delete": SERVICE,
    "portals:organizations-job": SERVICE,
    "portals:own-colleagues": CUSTOMER,
    "portals:own-organizations": CUSTOMER,
    "portals:own-projects": SIGNED_IN,
    "portals:portal-detail": ANYBODY,
    "portals:portal-list": ANYBODY,
    "portals:project-create": SERVICE,
    "portals:project-customer-add": WORK,
    "portals:project-customer-export": WORK,
    "portals:project-customer-remove": WORK,
    "portals:project-customers": WORK,
    "portals:project-delete": ADMINISTER,
    "portals:project-detail": WORK,
    "portals:project-edit": ADMINISTER,
    "portals:project-export": SERVICE,
    "portals:project-job": WORK,
    "portals:project-list": SERVICE,
    "portals:project-organization-add": WORK,
    "portals:project-organization-choose": WORK,
    "portals:project-organization-export": WORK,
    "portals:project-organization-find": WORK,
    "portals:project-organization-remove": WORK,
    "portals:project-organizations": WORK,
    "portals:project-people": ADMINISTER,
    "portals:project-permissions": ADMINISTER,
    "portals:project-person-add": ADMINISTER,
    "portals:project-person-remove": ADMINISTER,
    "portals:project-visitor-export": WORK,
    "portals:project-visitors": WORK,
    "portals:request-type-edit": ADMINISTER,
    "portals:request-type-list": ADMINISTER,
    "portals:request-type-move": ADMINISTER,
    "portals:request-type-remove": ADMINISTER,
    "portals:service-home": SEE,
}
