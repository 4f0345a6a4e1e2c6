"""The repair of a changed address, as its guide tells it.

Two records stand for one person, so that the address cannot follow; dropping the
wrong one frees the account, and the right one takes the address with the next push.
"""

import pytest

from directories.models import UserRecord
from directories.services import accounts
from directories.services.audit import SYSTEM
from tests.provisioning.conftest import account, people_in, provider_of

pytestmark = pytest.mark.django_db

WANTED, FORMER, UNUSED = (
    "ada.king@example.com",
    "ada.byron@example.com",
    "ada.unused@example.com",
)


def give_local_address(who, address, organization, now):
    """Change the address in the organization, as its admin can once it is free."""
    change = accounts.Change(organization=organization, by=SYSTEM, at=now)
    accounts.change_email(who, address, change=change)


def refused_move(provider, user):
    """Move a user to the wanted address; return what the provider is told."""
    answer = provider.send(
        "PATCH",
        f"/Users/{user['id']}",
        {
            "Operations": [
                {
                    "op": "replace",
                    "path": "emails",
                    "value": [{"value": WANTED, "primary": True}],
                }
            ]
        },
    )
    assert answer.status_code == 409
    return answer.json()["detail"]


def owner_of(user):
    return UserRecord.objects.get(scim_id=user["id"]).account


def test_case_a_one_provider_made_a_second_record(calls, idp, organization):
    # Ada has worked here as a guest. She is hired, and the provider makes a new
    # user of her new address instead of moving the one that she has.
    right = idp.push(FORMER)
    idp.group("Crew", right)
    wrong = idp.push(WANTED)
    hers, stray = account(FORMER), account(WANTED)

    # Moving the right one is refused: the other has the address.
    assert refused_move(idp, right) == (
        f"Resource [USER]: with email[{WANTED}] already exists."
    )

    # An admin sees what holds the address, and frees its account of the record.
    (link,) = calls.links_of(WANTED)
    assert link["scimUserId"] == wrong["id"]
    dropped = calls.send(
        "DELETE", f"user/{link['atlassianAccountId']}/onlyDeleteUserInDB"
    )
    assert dropped.status_code == 204
    assert calls.links_of(WANTED) == []

    # The account is local now, so that it can be given an unused address.
    stray.refresh_from_db()
    give_local_address(stray, UNUSED, organization, calls.key.created_at)

    # The provider pushes again, and the right account gets the address.
    idp.move(right, WANTED)
    assert owner_of(right) == hers
    assert account(WANTED) == hers
    assert people_in("Crew") == {WANTED}
    assert account(UNUSED) == stray


def test_case_b_two_providers_push_one_person_under_two_addresses(
    calls, idp, organization
):
    # Okta knows Ada by her new name, Entra still by the former one, and both
    # made an account. Entra is the one to stay.
    entra = provider_of(organization, "Entra")
    right = entra.push(FORMER)
    entra.group("Crew", right)
    wrong = idp.push(WANTED)
    hers, stray = account(FORMER), account(WANTED)

    # Entra cannot move her: Okta's account has the address.
    assert "already exists" in refused_move(entra, right)

    # The record of the provider that is not wanted goes; the account stays.
    (link,) = calls.links_of(WANTED)
    assert link["directoryId"] == str(idp.directory.pk)
    calls.send("DELETE", f"user/{link['atlassianAccountId']}/onlyDeleteUserInDB")
    assert idp.send("GET", f"/Users/{wrong['id']}").status_code == 404
    stray.refresh_from_db()
    give_local_address(stray, UNUSED, organization, calls.key.created_at)

    # Entra pushes again, and she has one account under the new address.
    entra.move(right, WANTED)
    assert owner_of(right) == hers
    assert account(WANTED) == hers
    assert people_in("Crew") == {WANTED}

    # Should Okta push her once more, its user waits and takes nothing away.
    again = idp.push(WANTED)
    assert owner_of(again) is None
    assert owner_of(right) == hers
