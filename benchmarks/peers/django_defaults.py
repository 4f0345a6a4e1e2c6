"""Settings that the Django peers share; runs in their environments."""

import os

SECRET_KEY = "for-a-server-under-test-only-000000000000000000000"  # noqa: S105
ALLOWED_HOSTS = ["127.0.0.1"]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 2**20
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ.get("PEER_DATABASE", ""),
        "NAME": "postgres",
        "USER": "rollcall",
        # As Rollcall: each thread keeps its connection.
        "CONN_MAX_AGE": 600,
    }
}
