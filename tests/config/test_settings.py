"""What each place the project runs insists on."""

import subprocess
import sys

import pytest
from django.conf import settings

CHECK = [sys.executable, "manage.py", "check"]
NEEDED = {
    "SECRET_KEY": "x" * 60,
    "DATABASE_URL": "sqlite://:memory:",
    "ALLOWED_HOSTS": "rollcall.example",
    "BASE_URL": "https://rollcall.example",
}


def check_production(environment, tmp_path):
    return subprocess.run(
        CHECK,
        cwd=settings.BASE_DIR,
        env={
            "DJANGO_SETTINGS_MODULE": "config.settings.production",
            "DATA_DIR": str(tmp_path),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", NEEDED)
def test_production_names_the_variable_that_is_missing(tmp_path, name):
    rest = {key: value for key, value in NEEDED.items() if key != name}

    result = check_production(rest, tmp_path)

    assert result.returncode != 0
    assert result.stderr.strip().endswith(f"Set these environment variables: {name}")


@pytest.mark.slow
def test_production_starts_with_all_of_them(tmp_path):
    result = check_production(NEEDED, tmp_path)

    assert result.returncode == 0, result.stderr
