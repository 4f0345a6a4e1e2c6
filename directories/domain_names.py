"""Which names an organization may own as mail domains."""

from functools import cache
from ipaddress import ip_address
from pathlib import Path

import idna
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from publicsuffixlist import PublicSuffixList

from directories.folding import fold

LONGEST = 253
PUBLIC_MAIL = Path(__file__).with_name("public_mail.txt")


class NameProblem(TextChoices):
    """Why a name cannot be added."""

    NOT_A_DOMAIN = (
        "not_a_domain",
        _("This is no mail domain. Write what follows the @, such as example.com."),
    )
    ADDRESS = (
        "address",
        _("This is an IP address. Write the domain of your email addresses."),
    )
    PUBLIC_MAIL = (
        "public_mail",
        _("This domain belongs to a public mail provider, so nobody can claim it."),
    )
    PUBLIC_SUFFIX = (
        "public_suffix",
        _("Anybody can register names below this one. Add your own domain below it."),
    )


class NameRefusedError(Exception):
    """A name cannot be a mail domain of an organization."""

    def __init__(self, problem: NameProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def mail_domain(text: str) -> str:
    """Return the domain that was typed as the DNS writes it, folded.

    Takes an address or a URL for its domain. Raises NameRefusedError.
    """
    name = any_mail_domain(text)
    if is_public_mail(name):
        raise NameRefusedError(NameProblem.PUBLIC_MAIL)
    if _suffixes().is_public(name):
        raise NameRefusedError(NameProblem.PUBLIC_SUFFIX)
    return name


def any_mail_domain(text: str) -> str:
    """Return the domain that was typed, whoever it belongs to, as mail_domain does.

    Raises NameRefusedError for what is no domain.
    """
    name = fold(text).removeprefix("https://").removeprefix("http://")
    name = name.partition("/")[0].rpartition("@")[2].rstrip(".")
    if _is_address(name):
        raise NameRefusedError(NameProblem.ADDRESS)
    return _encoded(name)


def is_public_mail(name: str) -> bool:
    """Say whether anybody can get an address in a domain, written as in the DNS."""
    return name in _public_mail()


def readable(name: str) -> str:
    """Return a domain in the script of its people."""
    try:
        return idna.decode(name)
    except idna.IDNAError:
        return name


def _encoded(name: str) -> str:
    try:
        encoded = idna.encode(name, uts46=True, std3_rules=True).decode()
    except (idna.IDNAError, UnicodeError) as error:
        raise NameRefusedError(NameProblem.NOT_A_DOMAIN) from error
    labels = encoded.split(".")
    if len(labels) == 1 or len(encoded) > LONGEST or labels[-1].isdigit():
        raise NameRefusedError(NameProblem.NOT_A_DOMAIN)
    return encoded


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


@cache
def _public_mail() -> frozenset[str]:
    lines = PUBLIC_MAIL.read_text(encoding="ascii").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


@cache
def _suffixes() -> PublicSuffixList:
    # As the packaged list has it: with the names of firms below which their
    # customers live, and with unknown endings taken for suffixes.
    return PublicSuffixList()
