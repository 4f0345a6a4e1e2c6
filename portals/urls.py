"""URLs of the portals app."""

from portals.customer_urls import customer_patterns
from portals.help_center_urls import help_center_patterns
from portals.organization_urls import organization_patterns
from portals.project_urls import project_patterns
from portals.provider_urls import provider_patterns
from portals.site_urls import site_patterns

app_name = "portals"

urlpatterns = [
    *site_patterns,
    *provider_patterns,
    *customer_patterns,
    *organization_patterns,
    *project_patterns,
    *help_center_patterns,
]
