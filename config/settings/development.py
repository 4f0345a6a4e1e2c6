"""Settings for one machine with nothing installed; also what `make run` uses."""

from pathlib import Path

from config.environment import kept_secret, private_folder, read_dotenv

read_dotenv(Path(__file__).resolve().parents[2] / ".env")

from config.settings.base import *  # noqa: E402, F403

SECRET_KEY = env.str("SECRET_KEY", default="") or kept_secret(DATA_DIR / "secret_key")
# WhiteNoise warns of a folder that is not there.
private_folder(STATIC_ROOT)
# Straight from the source folders, so no step comes between an edit and the page.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
