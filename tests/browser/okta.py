"""An identity provider that pushes people and groups to the live server."""

import httpx


class Okta:
    """Pushes to one directory as Okta does; remembers the ids it got."""

    def __init__(self, url, key):
        self.url = url
        self.ids = {}
        self.takes_key(key)

    def takes_key(self, key):
        """Call with this key from now on."""
        self.headers = {
            "Authorization": f"Bearer {key}",
            "User-Agent": "Okta SCIM Client",
        }

    def is_let_in(self):
        """Say whether the key still opens the directory."""
        return self._sends("GET", "/Users?count=1").status_code == 200

    def pushes_people(self, *addresses):
        """Create people, named after their addresses."""
        for address in addresses:
            answer = self._sends("POST", "/Users", _person(address))
            assert answer.status_code == 201, answer.text
            self.ids[address] = answer.json()["id"]

    def pushes_group(self, name, *addresses, status=201):
        """Create a group of people who were pushed."""
        members = [{"value": self.ids[address]} for address in addresses]
        body = {"displayName": name, "members": members}
        answer = self._sends("POST", "/Groups", body)
        assert answer.status_code == status, answer.text
        self.ids[name] = answer.json().get("id")

    def takes_out(self, group, address):
        """Remove somebody from a group."""
        path = f'members[value eq "{self.ids[address]}"]'
        body = {"Operations": [{"op": "remove", "path": path}]}
        answer = self._sends("PATCH", f"/Groups/{self.ids[group]}", body)
        assert answer.status_code < 300, answer.text

    def changes_address(self, before, after):
        """Give somebody another user name and address."""
        self._replaces(before, {"userName": after, "emails": _emails(after)})
        self.ids[after] = self.ids.pop(before)

    def deactivates(self, *addresses):
        """Make people inactive."""
        for address in addresses:
            self._replaces(address, {"active": False})

    def _replaces(self, address, values):
        body = {"Operations": [{"op": "replace", "value": values}]}
        answer = self._sends("PATCH", f"/Users/{self.ids[address]}", body)
        assert answer.status_code == 200, answer.text

    def _sends(self, method, path, body=None):
        return httpx.request(
            method, f"{self.url}{path}", headers=self.headers, json=body
        )


def _person(address):
    name = address.partition("@")[0].replace(".", " ").title()
    return {
        "userName": address,
        "displayName": name,
        "emails": _emails(address),
        "active": True,
    }


def _emails(address):
    return [{"value": address, "type": "work", "primary": True}]
