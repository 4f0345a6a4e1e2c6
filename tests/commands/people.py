"""People to push in tests."""

from directories.demonstration.roster import Person, Roster


def person(name, **values):
    """Return somebody of acme.example."""
    values = {"email": f"{name}@acme.example", "display_name": name.title()} | values
    return Person(user_name=f"{name}@acme.example", given_name=name.title(), **values)


def roster(*people):
    """Return people with the groups that they name."""
    groups: dict[str, list[str]] = {}
    for each in people:
        for group in each.groups:
            groups.setdefault(group, []).append(each.user_name)
    return Roster(list(people), groups)


def ignore(what, done, total):
    """Take progress and show it to nobody."""
