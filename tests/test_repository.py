"""Rules for what lies in the repository beside Python code."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TOP_LEVEL = {
    "manage.py",
    "pyproject.toml",
    "config",
    "provisioning",
    "directories",
    "portals",
    "templates",
    "static",
    "tests",
    "README.md",
    "Makefile",
    "docs",
    "benchmarks",
    "Dockerfile",
    "compose.yaml",
    "deploy",
}
# In pieces, so that this file does not hold what it looks for.
REGISTRIES = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "deb." + "debian.org",
    "yarn" + "pkg.com",
    "proxy." + "golang.org",
]
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch|lab)a?\(", re.IGNORECASE)
LONGEST_TEMPLATE = 150
TARGET = re.compile(r'target="#([\w-]+)"')
FRAGMENT_OF_ITS_OWN_PLACE = re.compile(
    r'{% partialdef [\w-]+ inline %}\s*<\w+\s[^>]*?\bid="([\w-]+)"'
)
TEXT = {".css", ".html", ".js", ".json", ".md", ".mjs", ".py", ".toml", ".txt", ".yaml"}


@cache
def tracked() -> list[Path]:
    """Return the files of the repository as Git lists them."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - whichever Git the machine has
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode:
        pytest.skip("only Git knows which files belong to the project")
    paths = [ROOT / name for name in listing.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def text_of(path: Path) -> str:
    return path.read_text(errors="replace")


def test_top_level_holds_only_what_is_agreed():
    names = {path.relative_to(ROOT).parts[0] for path in tracked()}

    assert not {n for n in names if not n.startswith(".")} - TOP_LEVEL


def test_no_file_names_a_package_registry():
    found = [
        (path.relative_to(ROOT).as_posix(), host)
        for path in tracked()
        for host in REGISTRIES
        if host in text_of(path)
    ]

    assert not found


def test_lock_files_name_no_place_to_load_from():
    for lock in (ROOT / "config" / "requirements").glob("*.txt"):
        assert not re.search(r"://|^--(?!hash)", lock.read_text(), re.MULTILINE)


def test_own_css_takes_colours_from_tokens():
    found = [
        f"{path.name}: {match.group()}"
        for path in (ROOT / "static" / "css").glob("*.css")
        if not path.stem.startswith("tokens")
        for match in COLOUR.finditer(text_of(path))
    ]

    assert not found


def test_every_variable_of_the_settings_is_in_the_example():
    names = {
        name
        for path in (ROOT / "config" / "settings").glob("*.py")
        for name in re.findall(r'env\.\w+\(\s*"(\w+)"', path.read_text())
    }
    example = (ROOT / ".env.example").read_text()

    assert not {n for n in names if not re.search(rf"^#?{n}=", example, re.MULTILINE)}


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def test_templates_are_short():
    sizes = {path.name: len(text_of(path).splitlines()) for path in templates()}

    assert not {name: n for name, n in sizes.items() if n > LONGEST_TEMPLATE}


def test_fragments_lie_inside_of_what_filters_put_them_into():
    nested = [
        (path.name, target)
        for path in templates()
        for target in set(TARGET.findall(text_of(path)))
        if target in FRAGMENT_OF_ITS_OWN_PLACE.findall(text_of(path))
    ]

    assert not nested


@pytest.mark.slow
def test_no_template_is_unused():
    sources = [
        text_of(path)
        for folder in ("config", "directories", "provisioning", "portals", "templates")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in TEXT
    ]
    everything = "\n".join(sources)

    unused = [
        name
        for name in (p.relative_to(ROOT / "templates").as_posix() for p in templates())
        if not is_used(name, everything)
    ]
    assert not unused


def is_used(name: str, everything: str) -> bool:
    """Tell whether code or another template names this one."""
    if re.fullmatch(r"\d{3}(_csrf)?\.html", name):
        return True  # Django finds the pages of its own errors by their number.
    component = re.fullmatch(r"cotton/(.+)\.html", name)
    if component is None:
        folder = re.escape(name.rpartition("/")[0])
        # Named whole, with a fragment, or put together from its folder.
        named = rf"[\"']({re.escape(name)}[\"'#]|{folder}/\{{)"
        return bool(re.search(named, everything))
    tag = component[1].removesuffix("/index").replace("/", ".")
    spellings = {tag, tag.replace("_", "-")}
    return any(re.search(rf"<c-{re.escape(s)}[\s/>]", everything) for s in spellings)
