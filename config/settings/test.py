"""Settings for the test suite: a folder of its own, fast hashing, tasks at once.

`DATABASE_URL` and `REDIS_URL` choose the servers; without them it is the
embedded default.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

folder = tempfile.mkdtemp(prefix="rollcall-test-")
atexit.register(shutil.rmtree, folder, ignore_errors=True)
os.environ["DATA_DIR"] = folder
# Processes of one run share the server, so each takes a numbered part of it.
process = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
if os.environ.get("REDIS_URL", "").startswith("unix://"):
    server = os.environ["REDIS_URL"].partition("?")[0]
    os.environ["REDIS_URL"] = f"{server}?db={process}"

from config.environment import private_folder  # noqa: E402
from config.settings.base import *  # noqa: E402, F403

SECRET_KEY = "of no worth outside the tests"  # noqa: S105
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
BASE_URL = "http://testserver"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
private_folder(STATIC_ROOT)
WHITENOISE_USE_FINDERS = True
# Looks files up when asked; else every test client reads the whole folder.
WHITENOISE_AUTOREFRESH = True
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# A thread would not see what the test's transaction holds; tests flush.
BUFFER_DELAY_S = None
# A file, not memory: only a file has the locks that the real one has.
if EMBEDDED:
    DATABASES["default"]["TEST"] = {"NAME": str(Path(folder) / "test.sqlite3")}
