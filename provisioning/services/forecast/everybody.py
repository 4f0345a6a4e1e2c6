"""Works out what becomes of the group of everybody in the directory."""

from directories import dialect
from directories.services import guard
from provisioning.services.forecast import access
from provisioning.services.forecast.run import LEAVERS, Forecast
from provisioning.services.organization_groups import all_members

COMPARED = f"""
{access.EVERYBODY}
SELECT coalesce(sum(wanted), 0), coalesce(sum(present), 0),
       coalesce(sum(CASE WHEN who IN (SELECT account_key FROM {LEAVERS})
                    THEN present ELSE 0 END), 0)
FROM each_person WHERE wanted <> present
"""  # noqa: S608 - only our own names


def work_out(forecast: Forecast) -> int:
    """Compare the group of everybody with who is linked, where there is to be one.

    Returns the key of the group that was compared, 0 for none.
    """
    directory = forecast.directory
    if not directory.all_members:
        return 0
    name, group, is_there = all_members.planned(directory)
    if not is_there:
        forecast.add([("group_again" if group else "group_made", name, "")])
    place = dialect.uuid_parameter(directory.pk)
    key = group.pk if group else 0
    ((joined, left, anyway),) = dialect.rows(COMPARED, [place, key])
    keeps = guard.is_waiting(directory.pk)
    access.keep_everybody(place, key, keeps=keeps)
    forecast.add_members([(name, joined, anyway if keeps else left)])
    return key
