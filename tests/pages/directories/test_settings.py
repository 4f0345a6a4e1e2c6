"""The page on which an admin chooses how a directory takes requests."""

import re
import uuid
from dataclasses import fields

import pytest

from directories.events import Event
from directories.models import AuditEvent, Job, LinkState
from directories.scim.protocol.tolerance import COMPATIBLE, STRICT, Tolerance
from directories.views.mode_rules import (
    ACCEPTED,
    REFUSED,
    SECTIONS,
    TOLERANCES,
)
from tests.factories.directories import (
    DirectoryFactory,
    GroupRecordFactory,
    JobFactory,
    NestingFactory,
    UnusedAttributeFactory,
    UserRecordFactory,
)
from tests.pages.provisioning.reading import main_of, queries_of, text_of

UNCHANGED = {
    "mode": "compatible",
    "unknown_attributes": "drop",
    "nested_groups": "count",
    "group_conflicts": "hold",
    "reads_per_minute": "",
    "writes_per_minute": "",
    "request_log_days": "14",
    "request_log_bodies": "on",
    "troubleshooting_days": "90",
    "guard_on": "on",
    "guard_percent": "20",
    "guard_least": "50",
}
DIALOG = '<dialog class="dialog"'


def url_of(directory, more="settings/"):
    return f"/security/identity-providers/{directory.pk}/{more}"


@pytest.fixture
def save(console, okta):
    """Return a function that saves the form with some answers changed."""

    def post(**answers):
        return console.post(url_of(okta), UNCHANGED | answers)

    return post


@pytest.fixture
def woken(monkeypatch):
    """Return the ids of jobs that a worker was told of."""
    ids: list[uuid.UUID] = []
    monkeypatch.setattr("directories.views.settings.wake", ids.append)
    return ids


def page_of(answer):
    return answer.content.decode()


def chosen_on(answer):
    """Return what is chosen on a page, by name."""
    inputs = re.findall(r"<input type=\"(?:radio|checkbox)\"[^>]*>", page_of(answer))
    chosen = [tag for tag in inputs if re.search(r"\schecked\b", tag)]
    return {
        re.findall(r'name="(\w+)"', tag)[0]: [*re.findall(r'value="(\w+)"', tag), "on"][
            0
        ]
        for tag in chosen
    }


def test_every_tolerance_is_described_as_it_is():
    described = {rule.key: rule for rule in TOLERANCES}

    assert described.keys() == {field.name for field in fields(Tolerance)}
    for name, rule in described.items():
        assert getattr(COMPATIBLE, name) is (rule.compatible is not REFUSED)
        assert getattr(STRICT, name) is (rule.strict is ACCEPTED)


def test_the_page_shows_what_each_mode_does(console, okta):
    text = main_of(console.get(url_of(okta)))

    for section in SECTIONS:
        assert str(section.title) in text
        for rule in section.rules:
            words = (rule.label, rule.compatible, rule.strict, rule.senders)
            assert " ".join(map(str, words)) in text


def test_what_a_directory_has_is_chosen_on_its_page(console, okta):
    assert chosen_on(console.get(url_of(okta))) == {
        "mode": "compatible",
        "unknown_attributes": "drop",
        "nested_groups": "count",
        "group_conflicts": "hold",
        "guard_on": "on",
        "request_log_bodies": "on",
    }
    okta.mode, okta.unknown_attributes, okta.nested_groups = "strict", "keep", "ignore"
    okta.request_log_bodies, okta.reads_per_minute = False, 120
    okta.group_conflicts, okta.all_members = "refuse", True
    okta.guard_on = False
    okta.save()

    answer = console.get(url_of(okta))

    assert chosen_on(answer) == {
        "mode": "strict",
        "unknown_attributes": "keep",
        "nested_groups": "ignore",
        "group_conflicts": "refuse",
        "all_members": "on",
    }
    assert 'name="reads_per_minute" value="120"' in page_of(answer)


def test_the_directory_says_its_mode_and_leads_to_the_page(console, okta):
    assert "Mode Compatible Change settings" in main_of(console.get(url_of(okta, "")))
    okta.mode = "strict"
    okta.save()

    answer = console.get(url_of(okta, ""))

    assert "Mode Strict Change settings" in main_of(answer)
    assert f'href="{url_of(okta)}"' in page_of(answer)


def test_strict_mode_is_weighed_in_numbers(console, okta):
    held = {"directory": okta, "link_state": LinkState.HELD}
    GroupRecordFactory.create_batch(2, **held, link_reason="local_group_same_name")
    UserRecordFactory.create(directory=okta, email="")
    UserRecordFactory.create(directory=okta, linked=True)
    UnusedAttributeFactory.create_batch(3, directory=okta)
    elsewhere = DirectoryFactory.create(organization=okta.organization)
    UserRecordFactory.create(directory=elsewhere, email="")

    text = main_of(console.get(url_of(okta)))

    assert "2 groups, because local groups have their names" in text
    assert "1 person without an email address" in text
    assert "one of the 3 unknown attributes sent so far" in text


def test_with_nothing_to_refuse_the_page_says_so(console, okta):
    text = main_of(console.get(url_of(okta)))

    assert "None of the people, groups and attributes sent so far." in text


def test_in_strict_mode_nothing_is_weighed(console, okta):
    okta.mode = "strict"
    okta.save()

    text = main_of(console.get(url_of(okta)))

    assert "would have refused" not in text
    assert "In strict mode requests with unknown attributes are refused" in text


def test_unknown_attributes_are_listed(console, okta):
    UnusedAttributeFactory.create(directory=okta, name="shoeSize")
    UnusedAttributeFactory.create(directory=okta, name="colour", resource="Group")
    UnusedAttributeFactory.create(name="ofAnotherDirectory")

    text = main_of(console.get(url_of(okta)))

    assert "colour Groups 2 Jan 2026" in text
    assert "shoeSize Users 2 Jan 2026" in text
    assert "ofAnotherDirectory" not in text


def test_no_unknown_attribute_is_said(console, okta):
    assert "No unknown attribute was sent so far." in main_of(console.get(url_of(okta)))


def test_very_many_unknown_attributes_are_cut(console, okta):
    UnusedAttributeFactory.create_batch(102, directory=okta)

    text = main_of(console.get(url_of(okta)))

    assert "2 more were seen." in text
    assert "one of the 102 unknown attributes" in text


def test_more_of_everything_costs_no_more_queries(console, okta):
    one = queries_of(console, url_of(okta))
    GroupRecordFactory.create_batch(5, directory=okta, link_state=LinkState.HELD)
    UnusedAttributeFactory.create_batch(20, directory=okta)
    NestingFactory.create_batch(5, parent__directory=okta)

    assert queries_of(console, url_of(okta)) == one


def test_looking_writes_nothing(console, okta, no_writes):
    with no_writes():
        console.get(url_of(okta))


def test_what_is_harmless_is_saved_at_once(admin, okta, save):
    answer = save(
        unknown_attributes="keep",
        reads_per_minute="600",
        writes_per_minute="0",
        request_log_days="30",
        request_log_bodies="",
    )

    assert answer["Location"] == url_of(okta)
    okta.refresh_from_db()
    assert okta.unknown_attributes == "keep"
    assert (okta.reads_per_minute, okta.writes_per_minute) == (600, 0)
    assert (okta.request_log_days, okta.request_log_bodies) == (30, False)
    event = AuditEvent.objects.get(action=Event.DIRECTORY_CHANGED)
    assert event.actor_id == str(admin.public_id)
    assert event.details["reads_per_minute"] == [None, 600]


def test_saving_is_told(console, okta):
    answer = console.post(
        url_of(okta), UNCHANGED | {"request_log_days": "0"}, follow=True
    )

    assert "Settings saved." in text_of(answer)


def test_saving_nothing_new_writes_nothing(console, okta, no_writes):
    with no_writes():
        console.post(url_of(okta), UNCHANGED)

    assert "Nothing was changed." in text_of(console.get(url_of(okta)))
    assert not AuditEvent.objects.filter(action=Event.DIRECTORY_CHANGED).exists()


def test_the_mode_changes_when_it_is_confirmed(console, okta, save):
    UserRecordFactory.create_batch(2, directory=okta, email="")

    asked = save(mode="strict", request_log_days="7")

    assert asked.status_code == 200
    okta.refresh_from_db()
    assert okta.mode == "compatible"
    dialog = page_of(asked).split(DIALOG)[1]
    assert "2 people without an email address" in dialog
    assert 'form="settings"' in dialog
    assert 'value="mode=strict"' in dialog
    assert chosen_on(asked)["mode"] == "strict"
    assert 'name="request_log_days" value="7"' in page_of(asked)

    save(mode="strict", request_log_days="7", confirmed="mode=strict")

    okta.refresh_from_db()
    assert (okta.mode, okta.request_log_days) == ("strict", 7)


def test_a_confirmation_holds_for_what_was_asked_only(okta, save):
    answer = save(mode="strict", nested_groups="ignore", confirmed="mode=strict")

    assert DIALOG in page_of(answer)
    okta.refresh_from_db()
    assert (okta.mode, okta.nested_groups) == ("compatible", "count")


def test_the_way_back_to_compatible_is_asked_about_too(okta, save):
    okta.mode = "strict"
    okta.save()

    dialog = page_of(save()).split(DIALOG)[1]

    assert "wait for review instead of being refused" in dialog


@pytest.mark.parametrize(
    ("present", "wanted", "words"),
    [
        ("count", "ignore", "loses the access it gives"),
        ("ignore", "count", "get the access they give"),
    ],
)
def test_groups_in_groups_are_asked_about_in_numbers(
    okta, save, present, wanted, words
):
    okta.nested_groups = present
    okta.save()
    parent = GroupRecordFactory.create(directory=okta)
    other = GroupRecordFactory.create(directory=okta)
    for child in GroupRecordFactory.create_batch(2, directory=okta):
        NestingFactory.create(parent=parent, child=child)
        NestingFactory.create(parent=other, child=child)

    dialog = page_of(save(nested_groups=wanted)).split(DIALOG)[1]

    assert "2 groups are in other ones" in dialog
    assert words in dialog


def test_another_meaning_of_groups_in_groups_compares_everything(
    console, okta, save, woken
):
    answer = save(nested_groups="ignore", confirmed="nested_groups=ignore")

    okta.refresh_from_db()
    assert okta.nested_groups == "ignore"
    job = Job.objects.get()
    assert (job.kind, job.target) == ("directory-reconcile", str(okta.pk))
    assert woken == [job.pk]
    page = console.get(answer["Location"])
    assert "follows in the background" in text_of(page)
    assert "Comparing all groups of" in main_of(page)
    assert f"/jobs/{job.pk}/" in page_of(page)


def test_a_comparison_that_is_over_is_not_shown(console, okta):
    JobFactory.create(directory=okta, kind="directory-reconcile", state="done")
    JobFactory.create(directory=okta, kind="group-sync")

    assert "View progress" not in main_of(console.get(url_of(okta)))


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("mode", "lax", "Choose one."),
        ("unknown_attributes", "", "Choose one."),
        ("nested_groups", "both", "Choose one."),
        ("reads_per_minute", "-1", "Enter a whole number from 0 to 1,000,000"),
        ("writes_per_minute", "many", "Enter a whole number from 0 to 1,000,000"),
        ("writes_per_minute", "1000001", "Enter a whole number from 0 to 1,000,000"),
        ("request_log_days", "91", "Enter a number of days from 0 to 90."),
        ("request_log_days", "", "Enter a number of days from 0 to 90."),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(okta, save, field, value, error):
    answer = save(**{"request_log_bodies": "", field: value})

    assert answer.status_code == 422
    text = main_of(answer)
    assert text.count(error) == 1
    assert "Nothing was saved" in text
    assert f'id="id_{field}_error"' in page_of(answer)
    okta.refresh_from_db()
    assert okta.request_log_bodies


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (0, "Empty: the limit of this installation, which is none."),
        (1200, "Empty: the limit of this installation, 1,200. 0: no limit."),
    ],
)
def test_the_rate_of_the_installation_is_shown(console, okta, settings, rate, words):
    settings.SCIM_WRITES_PER_MINUTE = settings.SCIM_READS_PER_MINUTE = rate

    assert main_of(console.get(url_of(okta))).count(words) == 2


def test_the_guard_says_what_its_rule_means_in_numbers(console, okta, save):
    for _each in range(5):
        UserRecordFactory.create(directory=okta, linked=True)
    GroupRecordFactory.create(directory=okta, member_count=400)

    assert "more than 50 of 5 people" in main_of(console.get(url_of(okta)))
    answer = save(guard_percent="40", guard_least="1")

    assert answer.status_code == 302
    okta.refresh_from_db()
    assert (okta.guard_on, okta.guard_percent, okta.guard_least) == (True, 40, 1)
    page = main_of(console.get(url_of(okta)))
    assert "more than 2 of 5 people" in page
    assert "more than 160 of 400 memberships" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("guard_percent", ""),
        ("guard_percent", "101"),
        ("guard_least", "-1"),
        ("guard_least", "many"),
    ],
)
def test_a_guard_without_a_number_is_not_saved(save, okta, field, value):
    assert save(**{field: value}).status_code == 422
    okta.refresh_from_db()
    assert (okta.guard_percent, okta.guard_least) == (20, 50)
