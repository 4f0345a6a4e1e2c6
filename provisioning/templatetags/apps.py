"""What templates ask about apps of sites."""

from django import template
from django.template.context import RequestContext

from provisioning.models import App
from provisioning.queries.access import app_access

register = template.Library()


@register.simple_tag(takes_context=True)
def opens_app(context: RequestContext, app: App) -> bool:
    """Say whether the admin may open the page of an app; others get a 404 there."""
    return any(app_access.runs(right, app) for right in context["request"].rights)
