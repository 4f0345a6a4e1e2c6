"""Settings shared by every environment; only values, no logic."""

import os
from datetime import timedelta
from pathlib import Path

import django_stubs_ext
import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF

from config.broker import broker, cache
from config.databases import database, is_sqlite
from config.logs import logging_config
from config.navigation import NAVIGATION as NAVIGATION
from config.pages import templates
from config.settings.jobs import JOB_DAYS as JOB_DAYS
from config.settings.jobs import JOB_FEW as JOB_FEW
from config.settings.jobs import JOB_HANDLERS as JOB_HANDLERS
from config.settings.jobs import JOB_PRIORITIES as JOB_PRIORITIES
from config.settings.jobs import JOBS_THAT_GO_ON as JOBS_THAT_GO_ON
from config.settings.jobs import JOBS_THAT_GO_ON_AT_CURSOR as JOBS_THAT_GO_ON_AT_CURSOR
from config.settings.jobs import JOBS_THAT_USE_UP as JOBS_THAT_USE_UP

django_stubs_ext.monkeypatch()
env = environ.Env()
BASE_DIR = Path(__file__).resolve().parents[2]

# Where it runs
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
PORT = env.int("PORT", default=8000)
BASE_URL = env.str("BASE_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

# Database
DATABASES = {
    "default": database(
        env.str("DATABASE_URL", default="") or f"sqlite:///{DATA_DIR}/rollcall.sqlite3",
        statement_timeout_s=env.int("STATEMENT_TIMEOUT_S", default=0),
        lock_timeout_s=env.int("LOCK_TIMEOUT_S", default=0),
        idle_timeout_s=env.int("IDLE_IN_TRANSACTION_TIMEOUT_S", default=60),
        prepare_after=env.int("PREPARE_AFTER", default=3),
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The web server: SQLite has one writer, and never waits for a network; more
# processes only get into each other's way, as more threads than two always do.
EMBEDDED = is_sqlite(DATABASES["default"])
WEB_PROCESSES = env.int("WEB_PROCESSES", default=1 if EMBEDDED else os.cpu_count() or 1)
WEB_THREADS = env.int("WEB_THREADS", default=2)
DIE_WITH_PARENT = env.bool("DIE_WITH_PARENT", default=False)

# Background work
REDIS_URL = env.str("REDIS_URL", default="")
# What may be a little old is kept by each process for itself.
CACHES = {"default": cache(REDIS_URL), "process": cache("")}
CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = broker(
    REDIS_URL, DATA_DIR / "queue"
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Beside the modules named tasks: mails that services send when they commit.
CELERY_IMPORTS = [
    "directories.services.notices",
    "portals.services.customer_accounts.customer_notices",
]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
# Keeps no file: what is due soon is due again after a restart.
CELERY_BEAT_SCHEDULER = "config.scheduler:Scheduler"
CELERY_BEAT_SCHEDULE = {
    "forget-imports": {
        "task": "portals.tasks.forget_imports",
        "schedule": crontab(hour="1", minute="45"),
    },
    "forget-deleted-groups": {
        "task": "provisioning.tasks.forget_deleted_groups",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3600},
    },
    "rescue": {
        "task": "directories.tasks.rescue",
        "schedule": timedelta(seconds=5),
        # None is worth doing late: the next one does the same.
        "options": {"expires": 5},
    },
    "reconcile": {
        "task": "provisioning.tasks.reconcile",
        "schedule": crontab(hour="2", minute="30"),
    },
    "check-access": {
        "task": "provisioning.tasks.check_access",
        "schedule": crontab(hour="4", minute="15"),
    },
    "fold-uses": {
        "task": "provisioning.tasks.fold_uses",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "check-domains": {
        "task": "directories.tasks.check_domains",
        "schedule": crontab(hour="3", minute="15"),
    },
    "fetch-photos": {
        "task": "directories.tasks.fetch_photos",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 300},
    },
    # Each reminder goes out once; an hour that was slept through is made up for.
    "remind": {
        "task": "directories.tasks.remind",
        "schedule": crontab(minute="20"),
        "options": {"expires": 3600},
    },
    "settle-returned-groups": {
        "task": "provisioning.tasks.settle_returned_groups",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3600},
    },
    "settle-organizations": {
        "task": "portals.tasks.settle_organizations",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3600},
    },
    "watch-licenses": {
        "task": "provisioning.tasks.watch_licenses",
        "schedule": timedelta(minutes=2),
        "options": {"expires": 120},
    },
    "forget-dry-runs": {
        "task": "provisioning.tasks.forget_dry_runs",
        "schedule": crontab(hour="1", minute="30"),
    },
    "delete-removed-sites": {
        "task": "provisioning.tasks.delete_removed_sites",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3600},
    },
    "delete-due-accounts": {
        "task": "provisioning.tasks.delete_due_accounts",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3600},
    },
    "count-activity": {
        "task": "directories.tasks.count_activity",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "forget": {
        "task": "directories.tasks.forget",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3600},
    },
}
# The worker of `manage.py serve` schedules too; elsewhere `celery beat` does.
BEAT_THREAD = env.bool("BEAT_THREAD", default=False)

# What is looked up and fetched elsewhere: proofs of domains, profile photos.
# Empty: the resolver of the machine.
DNS_RESOLVERS = env.list("DNS_RESOLVERS", default=[])
# Beside the public internet; such as 10.0.0.0/8 where web servers are inside.
FETCH_ALLOWED_NETWORKS = env.list("FETCH_ALLOWED_NETWORKS", default=[])
# Certificate authorities beside those of the machine.
FETCH_CA_FILE = env.str("FETCH_CA_FILE", default="")
# Another one than that of HTTPS for tests alone.
FETCH_PORT = 443
# Of a profile photo as its host has it; ours are a few kilobytes.
PHOTO_MAX_BYTES = 5 * 1024 * 1024
# Days that a verified domain may be without its proof.
DOMAIN_GRACE_DAYS = env.int("DOMAIN_GRACE_DAYS", default=14)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "axes",
    "csp",
    "directories.apps.Config",
    "provisioning.apps.Config",
    "portals.apps.Config",
]
MIDDLEWARE = [
    "directories.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "directories.middleware.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "directories.middleware.SessionLimitMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portals.middleware.CustomerSessionMiddleware",
    "axes.middleware.AxesMiddleware",
]

# Sign-in
AUTH_USER_MODEL = "directories.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "directories:sign-in"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
PASSWORD_RESET_TIMEOUT = int(timedelta(days=1).total_seconds())
SESSION_IDLE_LIMIT = timedelta(hours=2)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
# Behind a proxy or tunnel the origin is the public address.
CSRF_TRUSTED_ORIGINS = [BASE_URL]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
# The name of the address in the form; axes hands it to the callable under this key.
AXES_USERNAME_FORM_FIELD = "email"
# Proxies of our own between clients and the web server.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
AXES_CLIENT_IP_CALLABLE = "config.lockout.client_address"
AXES_USERNAME_CALLABLE = "config.lockout.counted_name"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# Pages
TEMPLATES = templates(BASE_DIR)
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"

# Languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ja", "日本語")]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Programs
REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    # Each surface names its own: a view that forgets lets nobody in.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Rollcall SCIM API",
    "VERSION": "1",
    # The SCIM surface is described from its own tables, not from serializers.
    "DEFAULT_GENERATOR_CLASS": "directories.scim.openapi.generator.ScimGenerator",
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
}
# The SCIM surface checks the size itself, to answer in its own words.
SCIM_MAX_BODY_BYTES = 64 * 1024 * 1024
SCIM_BULK_MAX_OPERATIONS = 1000
SCIM_PAGE_SIZE = 100
SCIM_MAX_PAGE_SIZE = 1000
API_KEY_DAYS = 365
# What one key may ask for in a minute where its directory does not say; 0: no bound.
SCIM_READS_PER_MINUTE = 0
SCIM_WRITES_PER_MINUTE = 12_000
# What one API key of an organization may ask for in a minute; 0: no bound.
ORGANIZATION_API_PER_MINUTE = 600
# A directory's log of requests holds no more than this, however young they are.
SCIM_REQUEST_LOG_ROWS = 5_000_000
# Seconds that a web process gathers what need not be written at once.
BUFFER_DELAY_S: float | None = 1.0

# Limits, as the product documents them; organizations and directories have their own
LIMIT_USERS_PER_ORGANIZATION = env.int("LIMIT_USERS_PER_ORGANIZATION", default=300_000)
LIMIT_USERS_PER_GROUP = env.int("LIMIT_USERS_PER_GROUP", default=150_000)
LIMIT_GROUPS_PER_DIRECTORY = env.int("LIMIT_GROUPS_PER_DIRECTORY", default=200_000)
# A write is answered with the members of a group when they are no more than this.
SCIM_MEMBERS_IN_WRITE_ANSWER = 200
# More members than this change in a job, fewer inside the request.
MEMBERS_IN_REQUEST = 500
# Access to apps of more people than this follows a change of one grant by a job.
ACCESS_IN_REQUEST = 2_000

# Requests counted by the hour are kept for so many days.
ACTIVITY_DAYS = 35
# A dry run is kept for so many days.
DRY_RUN_DAYS = 7

# Who takes up the records of each kind of directory: the one place naming both sides.
DIRECTORY_CONSUMERS = {
    "organization": "provisioning.consumer",
    "customers": "portals.consumer",
}

# Where somebody goes who holds no admin right: called with the account, each returns
# an address or "".
HOMES = ["portals.homes.projects_home"]

# Leaves out rights about apps that a site has no longer; called with a queryset.
RIGHTS_IN_FORCE = "provisioning.queries.accounts.rights.of_present_apps"

# Returns the sites that serve no customers any more, as a queryset.
CLOSED_SITES = "provisioning.queries.sites_and_apps.sites.closed_sites"

# What else hangs on a site: called with it, they say in sentences with numbers what
# goes with it. What else is kept for an app of a site: called with it, they return
# the rows that are deleted with it, those that hang on others first.
SITE_NUMBERS = ["portals.site_parts.numbers_of"]
APP_PARTS = ["portals.site_parts.parts_of"]
# Days that a removed site, or app, can be restored.
REMOVED_SITE_DAYS = 14

vars().update(env.email("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="rollcall@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
LOGGING = logging_config(as_json=False, level="WARNING")
