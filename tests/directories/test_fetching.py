"""Fetching what strangers host: where it goes, where it does not, how much it takes."""

import time

import pytest

from directories import fetching, naming
from directories.fetching import Bounds, Failure, FetchError, fetch
from tests.servers import free_port, names, web

__all__ = ["names", "web"]

QUICK = Bounds(seconds=3, most_bytes=1000)


def failure_of(url, **options):
    with pytest.raises(FetchError) as raised:
        fetch(url, bounds=options.pop("bounds", QUICK), **options)
    return raised.value.failure


def test_an_answer_has_status_type_and_body(web):
    web.add("acme.example", "/a?b=c", b"hello", kind="Text/HTML; charset=utf-8")

    answer = fetch("https://acme.example/a?b=c", bounds=QUICK)

    assert (answer.status, answer.content_type) == (200, "text/html")
    assert answer.body == b"hello"
    assert web.headers[0]["User-Agent"] == "Rollcall"
    assert not {"Cookie", "Authorization"} & set(web.headers[0])


def test_the_environment_has_no_say(web, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{free_port()}")
    web.add("acme.example", "/", b"straight")

    assert fetch("https://acme.example/", bounds=QUICK).body == b"straight"


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "0.1.2.3", "10.1.2.3", "172.16.0.1"),
        *("192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200"),
        *("168.63.129.16", "192.0.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.9"),
        *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
        *("192.88.99.1", "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254"),
        *("fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1"),
        *("64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::1", "2001:db8::1"),
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_an_address_that_is_not_public_is_refused(names, settings, address):
    settings.FETCH_PORT = free_port()
    names.add("inside.example", "AAAA" if ":" in address else "A", address)

    assert failure_of("https://inside.example/") == Failure.FORBIDDEN


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111"])
def test_a_public_address_is_fit(address):
    assert fetching.is_fit(address)


def test_a_public_address_beside_a_private_one_does_not_help(names):
    names.add("both.example", "A", "8.8.8.8", "10.0.0.1")

    assert failure_of("https://both.example/") == Failure.FORBIDDEN


def test_a_setting_allows_a_network_and_no_other(settings):
    settings.FETCH_ALLOWED_NETWORKS = ["10.0.0.0/8"]

    assert fetching.is_fit("10.1.1.1")
    assert fetching.is_fit("::ffff:10.1.1.1")
    assert not fetching.is_fit("192.168.0.1")
    assert not fetching.is_fit("127.0.0.1")


@pytest.mark.parametrize(
    "url",
    [
        *("http://acme.example/", "ftp://acme.example/", "file:///etc/passwd"),
        *("https://acme.example:8443/", "https://user:pass@acme.example/"),
        *("https://@acme.example/", "https://127.0.0.1/", "https://[::1]/"),
        *("https://", "https:///x", "acme.example", "//acme.example/", ""),
        *("https://acme.example:port/", "https://a..b/", "https://[::1/"),
        f"https://acme.example/{'x' * 2000}",
    ],
)
def test_what_is_no_plain_https_address_is_refused(web, url):
    assert failure_of(url) == Failure.BAD_URL
    assert not web.asked


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "localhost"])
def test_other_ways_to_write_an_address_are_names_nobody_has(web, host):
    expected = {Failure.NO_ADDRESS, Failure.BAD_URL}

    assert failure_of(f"https://{host}/") in expected


def test_a_host_without_an_address_is_told(names):
    names.add("mail.example", "TXT", '"only text"')
    names.failing.add("failing.example")

    assert failure_of("https://mail.example/") == Failure.NO_ADDRESS
    assert failure_of("https://nowhere.example/") == Failure.NO_ADDRESS
    assert failure_of("https://failing.example/") == Failure.NAMES


def test_a_certificate_must_be_for_the_name(web):
    assert failure_of("https://other.example/") == Failure.CERTIFICATE


def test_a_certificate_must_be_of_somebody_we_trust(web, settings):
    settings.FETCH_CA_FILE = ""

    assert failure_of("https://acme.example/") == Failure.CERTIFICATE


def test_a_closed_port_is_told(web, settings):
    settings.FETCH_PORT = free_port()

    assert failure_of("https://acme.example/") == Failure.NO_CONNECTION


def test_an_answer_that_is_too_large_is_not_read_on(web):
    web.add("acme.example", "/", b"x" * 1001)
    web.add("acme.example", "/fits", b"x" * 1000)

    assert failure_of("https://acme.example/") == Failure.TOO_LARGE
    assert len(fetch("https://acme.example/fits", bounds=QUICK).body) == 1000


def test_a_host_gains_no_time_by_sending_a_little(web):
    web.add_slow("acme.example", "/")
    start = time.monotonic()

    failure = failure_of("https://acme.example/", bounds=Bounds(seconds=0.7))

    assert failure == Failure.TIMED_OUT
    assert time.monotonic() - start < 2


def test_a_redirect_is_followed_by_the_rule_of_the_caller(web):
    web.add("acme.example", "/", status=302, Location="/next")
    web.add("acme.example", "/next", b"here")

    assert failure_of("https://acme.example/") == Failure.REDIRECTED
    followed = fetch(
        "https://acme.example/", bounds=QUICK, follow=lambda _url, _to, hops: hops < 1
    )
    assert (followed.url, followed.body) == ("https://acme.example/next", b"here")


@pytest.mark.parametrize(
    ("target", "failure"),
    [
        ("http://acme.example/", Failure.BAD_URL),
        ("https://inside.example/", Failure.FORBIDDEN),
        ("https://169.254.169.254/latest/meta-data", Failure.BAD_URL),
        ("https://acme.example/again", Failure.REDIRECTED),
        ("https://[::1", Failure.BAD_URL),
    ],
)
def test_a_redirect_leads_nowhere_that_is_forbidden(web, names, target, failure):
    names.add("inside.example", "A", "10.0.0.1")
    web.add("acme.example", "/", status=301, Location=target)
    web.add("acme.example", "/again", status=301, Location="/")

    def one(_url, _target, hops):
        return hops < 1

    assert failure_of("https://acme.example/", follow=one) == failure


def test_texts_come_by_tcp_when_they_are_long(names):
    long = " ".join(f'"{letter * 200}"' for letter in "abc")
    names.add("acme.example", "TXT", long)
    names.large.add("acme.example")

    texts = naming.texts_of("acme.example", deadline=naming.Deadline(2))

    assert texts == ["a" * 200 + "b" * 200 + "c" * 200]
    assert names.asked_by_tcp == 1


@pytest.mark.parametrize(
    ("trouble", "failure"),
    [
        ("failing", naming.NameFailure.SERVERS),
        ("silent", naming.NameFailure.TIMED_OUT),
        ("", naming.NameFailure.UNKNOWN),
    ],
)
def test_what_the_dns_does_not_answer_is_told(names, trouble, failure):
    if trouble:
        getattr(names, trouble).add("acme.example")

    with pytest.raises(naming.NamingError) as raised:
        naming.texts_of("acme.example", deadline=naming.Deadline(1))

    assert raised.value.failure == failure


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("192.0.2.1", ("192.0.2.1", 53)),
        ("192.0.2.1:5353", ("192.0.2.1", 5353)),
        ("2001:db8::1", ("2001:db8::1", 53)),
        ("[2001:db8::1]", ("2001:db8::1", 53)),
        ("[2001:db8::1]:5353", ("2001:db8::1", 5353)),
    ],
)
def test_resolvers_are_written_with_or_without_a_port(text, place):
    assert naming._server(text) == place
