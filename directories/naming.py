"""Asks the DNS, by the resolver of the machine or by those of the settings."""

import time

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class NameFailure(TextChoices):
    """Why the DNS had no answer."""

    UNKNOWN = "unknown_name", _("The DNS knows no such name.")
    SERVERS = "name_servers", _("The name servers did not answer properly.")
    TIMED_OUT = "names_timed_out", _("The name servers did not answer in time.")


class NamingError(Exception):
    """The DNS could not be asked, or knows no such name."""

    def __init__(self, failure: NameFailure) -> None:
        super().__init__(failure.value)
        self.failure = failure


class Deadline:
    """A moment until which everything that belongs together must be done."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left_s(self) -> float:
        """Return the seconds that are left, never less than a moment."""
        return max(self._end - time.monotonic(), 0.001)

    @property
    def passed(self) -> bool:
        """Say whether there is no time left."""
        return time.monotonic() >= self._end


def texts_of(name: str, *, deadline: Deadline) -> list[str]:
    """Return the TXT records of a name; [] when it has none.

    Raises NamingError.
    """
    answer = _ask(name, dns.rdatatype.TXT, deadline)
    return [
        b"".join(record.strings).decode("utf-8", "replace") for record in (answer or ())
    ]


def addresses_of(name: str, *, deadline: Deadline) -> list[str]:
    """Return the addresses of a host, those of IPv4 first; [] when it has none.

    Raises NamingError.
    """
    return [
        record.address
        for kind in (dns.rdatatype.A, dns.rdatatype.AAAA)
        for record in (_ask(name, kind, deadline) or ())
    ]


def _ask(
    name: str, kind: dns.rdatatype.RdataType, deadline: Deadline
) -> dns.resolver.Answer | None:
    try:
        asked = dns.name.from_text(name)
        return _resolver().resolve(
            asked,
            kind,
            search=False,
            raise_on_no_answer=False,
            lifetime=deadline.left_s(),
        )
    except dns.resolver.NXDOMAIN as error:
        raise NamingError(NameFailure.UNKNOWN) from error
    except dns.exception.Timeout as error:
        raise NamingError(NameFailure.TIMED_OUT) from error
    except dns.exception.DNSException as error:
        raise NamingError(NameFailure.SERVERS) from error


def _resolver() -> dns.resolver.Resolver:
    if not settings.DNS_RESOLVERS:
        return dns.resolver.Resolver()
    resolver = dns.resolver.Resolver(configure=False)
    ports = [_server(server) for server in settings.DNS_RESOLVERS]
    resolver.nameservers = [address for address, _port in ports]
    resolver.nameserver_ports = dict(ports)
    return resolver


def _server(text: str) -> tuple[str, int]:
    """Return address and port of `192.0.2.1`, `192.0.2.1:53` or `[2001:db8::1]:53`."""
    if text.startswith("["):
        address, _bracket, rest = text[1:].partition("]")
        return address, int(rest.removeprefix(":") or 53)
    if text.count(":") == 1:
        address, _colon, port = text.partition(":")
        return address, int(port)
    return text, 53
