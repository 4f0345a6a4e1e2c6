"""Settings of processes that are killed: those of `make run`, smaller and louder."""

from config.logs import logging_config
from config.settings.development import *  # noqa: F403, TID251 - made from them
from config.settings.development import env  # noqa: TID251 - the same

# A small company needs jobs too.
MEMBERS_IN_REQUEST = env.int("FAULTS_IN_REQUEST", default=500)
ACCESS_IN_REQUEST = env.int("FAULTS_IN_REQUEST", default=2_000)
LOGGING = logging_config(as_json=True, level="WARNING")
