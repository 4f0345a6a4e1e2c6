"""The charts of the Overview: people, licenses, and what identity providers did."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from directories.charts import Chart, Series
from directories.models import Directory, Member, Organization, RoleAssignment
from directories.views import charts
from provisioning.models import App
from provisioning.queries import overview
from provisioning.queries.accounts.people import MemberNumbers


def of_people(numbers: MemberNumbers) -> Chart:
    """Draw how many people are active, suspended and deactivated."""
    status = Member.Status
    tones = (
        (status.ACTIVE, "success"),
        (status.SUSPENDED, "warning"),
        (status.DEACTIVATED, "neutral"),
    )
    return Chart(
        shape="ring",
        title=_("People by status"),
        summary=_("Active, suspended and deactivated people."),
        head=_("People"),
        labels=[_("People")],
        series=[
            Series(str(each.label), tone, [numbers.by_status.get(each, 0)])  # type: ignore[arg-type]
            for each, tone in tones
        ],
    )


def of_licenses(organization: Organization, rights: Sequence[RoleAssignment]) -> Chart:
    """Draw the licenses of the apps that rights are about, and how many people wait."""
    uses = overview.licenses_of(organization, rights)
    return Chart(
        shape="bars",
        title=_("Licenses used"),
        summary=_("People who use a license of each app."),
        head=_("App"),
        labels=[
            _("{app} on {site}").format(
                app=App.Kind(each.app.kind).label, site=each.app.site.name
            )
            for each in uses
        ],
        series=[
            Series(_("Used"), "brand", [each.used for each in uses]),
            Series(_("Free"), "neutral", [each.free for each in uses]),
            Series(
                _("Waiting for a license"), "warning", [each.waiting for each in uses]
            ),
        ],
    )


def of_organization(
    organization: Organization,
    numbers: MemberNumbers,
    directories: Sequence[Directory],
    *,
    rights: Sequence[RoleAssignment],
    now: datetime,
) -> list[Chart]:
    """Draw what helps to see at a glance how an organization stands."""
    drawn = [of_people(numbers), of_licenses(organization, rights)]
    if directories:
        drawn += [
            charts.of_activity(directories, now),
            charts.of_failures(directories, now),
        ]
    return drawn
