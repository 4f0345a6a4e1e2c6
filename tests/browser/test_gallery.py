"""The frame and every component in a real browser, without the rest of the console."""

import re
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template import engines
from django.urls import path

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.urls(__name__)]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PEOPLE = ["Anna Müller", "Ben Okafor", "Carla Rossi"]
LIST_PAGE = """
{% extends "base.html" %}
{% block title %}People{% endblock %}
{% block heading %}People{% endblock %}
{% block content %}
  {% cotton filters action="/people/" label="Search people" target="#rows" /%}
  <div id="rows">{{ rows }}</div>
  {% cotton button hx-get="/broken/" hx-target="#rows" %}Break{% endcotton %}
  {% cotton button hx-get="/signed-out/" hx-target="#rows" %}Leave{% endcotton %}
  {% cotton button hx-get="/flag/" hx-target="#rows" %}Save{% endcotton %}
{% endblock %}
"""
PLAIN_PAGE = """
{% extends "base_plain.html" %}
{% block title %}Sign in{% endblock %}
{% block heading %}Sign in to continue{% endblock %}
{% block content %}
  {% cotton button variant="primary" %}Sign in{% endcotton %}
{% endblock %}
"""
ROWS = """
{% for name in names %}<p>{{ name }}</p>{% endfor %}
{% cotton pager summary="{{ names|length }} found" /%}
"""


class SampleForm(forms.Form):
    """One field of every kind that pages use, and a mistake in each."""

    name = forms.CharField(help_text="Shown in lists.", max_length=20)
    kind = forms.ChoiceField(choices=[("a", "Organization"), ("b", "Customers")])
    mode = forms.ChoiceField(choices=[("a", "Strict")], widget=forms.RadioSelect)
    apps = forms.MultipleChoiceField(
        choices=[("a", "Jira")], widget=forms.CheckboxSelectMultiple
    )
    remind = forms.BooleanField(label="Send an email before the key expires")


def frame(request: HttpRequest) -> dict[str, object]:
    """Return what every page of the console puts into its frame."""

    def item(label: str, **more: object) -> SimpleNamespace:
        blank = {"icon": "shield", "url": "#", "current": False, "children": []}
        return SimpleNamespace(label=label, **(blank | {"open": False} | more))

    users = item("Users", current=True)
    return {
        "color_mode": request.COOKIES.get("theme", ""),
        "organization": SimpleNamespace(name="Acme Corp"),
        "user": SimpleNamespace(
            name="Dana Scott", email="dana@acme.example", is_authenticated=True
        ),
        "crumbs": [("Admin", "/"), ("Components", "")],
        "navigation": [
            item("Overview"),
            item("Directory", children=[users, item("Groups")], open=True),
            item("Security", children=[item("Audit log")]),
        ],
    }


def gallery(request: HttpRequest) -> HttpResponse:
    """Show the gallery with a form full of mistakes and one flag."""
    messages.success(request, "Directory created")
    context = frame(request) | {"form": SampleForm({"name": "x" * 21})}
    return render(request, "directories/gallery.html", context)


def people(request: HttpRequest) -> HttpResponse:
    """Show a list page, or its rows alone to htmx."""
    query = request.GET.get("q", "").lower()
    names = [name for name in PEOPLE if query in name.lower()]
    rows = engines["django"].from_string(ROWS).render({"names": names}, request)
    if request.headers.get("HX-Request"):
        return HttpResponse(rows)
    page = engines["django"].from_string(LIST_PAGE)
    return HttpResponse(page.render(frame(request) | {"rows": rows}, request))


def plain(request: HttpRequest) -> HttpResponse:
    """Show a page outside the console."""
    page = engines["django"].from_string(PLAIN_PAGE)
    return HttpResponse(page.render({}, request))


def broken(request: HttpRequest) -> HttpResponse:
    """Fail."""
    return HttpResponse("<h1>Server Error</h1>", status=500)


def signed_out(request: HttpRequest) -> HttpResponse:
    """Send to the sign-in page, as after the end of the session."""
    return redirect("/plain/?next=/signed-out/")


def flag(request: HttpRequest) -> HttpResponse:
    """Answer with rows and, beside them, a flag."""
    source = """Saved rows<div hx-swap-oob="beforeend:#flags">
    {% cotton flag title="Saved" /%}</div>"""
    return HttpResponse(engines["django"].from_string(source).render({}, request))


urlpatterns = [
    path("", gallery),
    path("people/", people),
    path("plain/", plain),
    path("broken/", broken),
    path("signed-out/", signed_out),
    path("flag/", flag),
]


@pytest.fixture(autouse=True)
def _frame_alone(settings):
    settings.MIDDLEWARE = [
        "csp.middleware.CSPMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ]
    settings.MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"


@pytest.fixture
def gallery_page(strict_page, live_server):
    strict_page.goto(live_server.url)
    return strict_page


@pytest.fixture
def people_page(strict_page, live_server):
    strict_page.goto(f"{live_server.url}/people/")
    return strict_page


def violations(page):
    result = Axe().run(page, options={"runOnly": RULES})
    return [
        (v["id"], [n["html"] for n in v["nodes"]])
        for v in result.response["violations"]
    ]


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", ["/", "/plain/"])
def test_page_is_accessible_and_fits(strict_page, live_server, scheme, width, place):
    strict_page.set_viewport_size({"width": width, "height": 800})
    strict_page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    strict_page.goto(live_server.url + place)

    assert violations(strict_page) == []
    assert strict_page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_every_icon_and_font_is_there(gallery_page):
    sprite, names = gallery_page.evaluate(
        """async () => {
            const uses = [...document.querySelectorAll("use")];
            const hrefs = uses.map((use) => use.getAttribute("href").split("#"));
            const sprite = await (await fetch(hrefs[0][0])).text();
            return [sprite, hrefs.map((parts) => parts[1])];
        }"""
    )

    missing = {name for name in names if f'id="{name}"' not in sprite}
    assert missing == set()
    assert gallery_page.evaluate("document.fonts.check('14px \"Inter Variable\"')")


def test_form_mistakes_are_named_beside_their_fields(gallery_page):
    name = gallery_page.get_by_label("Name", exact=True)

    described = (name.get_attribute("aria-describedby") or "").split()

    assert name.get_attribute("aria-invalid") == "true"
    texts = [gallery_page.locator(f"#{each}").inner_text() for each in described]
    assert "Shown in lists." in texts[0]
    assert "at most 20" in texts[1]


def test_copy_field_copies(gallery_page, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])

    gallery_page.get_by_role("button", name="Copy API key").click()

    gallery_page.get_by_role("button", name="Copied API key").wait_for()
    copied = gallery_page.evaluate("navigator.clipboard.readText()")
    assert copied == gallery_page.get_by_label("API key", exact=True).input_value()


def test_typed_confirmation_guards_the_button(gallery_page):
    gallery_page.get_by_role("button", name="Delete configuration").last.click()
    dialog = gallery_page.get_by_role("dialog", name="Delete user provisioning?")
    delete = dialog.get_by_role("button", name="Delete")

    assert delete.is_disabled()
    dialog.get_by_role("textbox").fill("Acme Okt")
    assert delete.is_disabled()
    dialog.get_by_role("textbox").fill("Acme Okta")
    assert delete.is_enabled()
    gallery_page.keyboard.press("Escape")
    assert not dialog.is_visible()


def test_dialog_takes_and_returns_the_focus(gallery_page):
    opener = gallery_page.get_by_role("button", name="Open dialog")
    opener.focus()

    gallery_page.keyboard.press("Enter")

    dialog = gallery_page.get_by_role("dialog", name="Invite users")
    assert dialog.is_visible()
    assert violations(gallery_page) == []
    dialog.get_by_role("button", name="Cancel").click()
    assert not dialog.is_visible()
    assert opener.evaluate("element => element === document.activeElement")


def test_menu_works_by_keyboard(gallery_page):
    gallery_page.get_by_role("button", name="More actions for Anna Müller").focus()

    gallery_page.keyboard.press("Enter")
    gallery_page.get_by_role("link", name="Show details").wait_for()
    gallery_page.keyboard.press("ArrowDown")
    gallery_page.keyboard.press("ArrowDown")

    assert gallery_page.evaluate("document.activeElement.innerText") == "Suspend access"
    gallery_page.keyboard.press("Escape")
    assert not gallery_page.get_by_role("button", name="Suspend access").is_visible()


def test_theme_is_kept(gallery_page):
    gallery_page.get_by_role("button", name="Theme").click()
    gallery_page.get_by_role("button", name="Dark").click()
    gallery_page.reload()

    assert gallery_page.locator("html[data-color-mode=dark]").count() == 1
    gallery_page.get_by_role("button", name="Theme").click()
    dark = gallery_page.get_by_role("button", name="Dark")
    assert dark.get_attribute("aria-pressed") == "true"
    gallery_page.get_by_role("button", name="Match browser").click()
    gallery_page.reload()
    assert gallery_page.locator("html[data-color-mode]").count() == 0


def test_flag_is_dismissed(gallery_page):
    flags = gallery_page.locator("#flags")
    assert "Directory created" in flags.inner_text()

    flags.get_by_role("button", name="Dismiss").click()

    assert flags.inner_text().strip() == ""


def test_navigation_opens_in_a_narrow_window_without_scripts(browser, live_server):
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 400, "height": 800}
    )
    page = context.new_page()
    page.goto(live_server.url)
    users = page.get_by_role("navigation", name="Administration").get_by_text("Users")
    assert not users.is_visible()

    page.get_by_role("button", name="Menu", exact=True).click()

    assert users.is_visible()
    assert not page.get_by_role("button", name="Theme").is_visible()
    context.close()


def test_search_of_a_list_replaces_rows_and_says_so(people_page):
    people_page.get_by_label("Search people").press_sequentially("oka")

    people_page.get_by_text("Anna Müller").wait_for(state="detached")
    assert people_page.get_by_text("Ben Okafor").is_visible()
    live = people_page.locator("#live-region")
    assert live.inner_text() == "1 found"
    assert people_page.url.endswith("?q=oka")


def test_unreachable_server_is_told_once(page, live_server):
    page.goto(f"{live_server.url}/people/")
    page.route(re.compile(r"/flag/"), lambda route: route.abort())
    save = page.get_by_role("button", name="Save")

    save.click()
    page.get_by_text("Rollcall cannot be reached").wait_for()
    save.click()

    assert page.locator("#flags [data-flag]").count() == 1


def test_flag_arrives_beside_a_fragment(people_page):
    people_page.get_by_role("button", name="Save").click()

    people_page.locator("#flags").get_by_text("Saved", exact=True).wait_for()
    assert people_page.get_by_text("Saved rows").is_visible()


def test_server_error_leaves_the_fragment_alone(page, live_server):
    page.goto(f"{live_server.url}/people/")

    page.get_by_role("button", name="Break").click()

    page.get_by_text("Something went wrong").wait_for()
    assert page.get_by_text("Anna Müller").is_visible()
    assert not page.get_by_text("Server Error").is_visible()


def test_end_of_session_reloads_the_page(people_page):
    people_page.evaluate("document.body.dataset.old = 'yes'")

    people_page.get_by_role("button", name="Leave").click()

    people_page.locator("body:not([data-old])").wait_for()
    assert people_page.get_by_role("heading", name="People").is_visible()
    assert not people_page.get_by_text("Sign in to continue").is_visible()
