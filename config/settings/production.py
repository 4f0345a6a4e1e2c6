"""Settings for real installations; nothing that matters has a default."""

from config.environment import require

require("SECRET_KEY", "DATABASE_URL", "ALLOWED_HOSTS", "BASE_URL")

from config.logs import logging_config  # noqa: E402
from config.settings.base import *  # noqa: E402, F403

SECRET_KEY = env.str("SECRET_KEY")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
LOGGING = logging_config(as_json=True, level="INFO")

# Served through HTTPS unless the address people use says otherwise.
IS_HTTPS = BASE_URL.startswith("https://")
SECURE_SSL_REDIRECT = IS_HTTPS
# Inside the machine the watchers of the process speak plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
# Other names under the same domain are not ours to speak for.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SECURE = IS_HTTPS
