"""scim2-server with its store in memory; runs in its environment."""
# mypy: ignore-errors
# The peer is not installed where types are checked.

import os

from scim2_models import ScimProvider
from scim2_server.memory import InMemoryStorage
from scim2_server.service import ScimService
from scim2_server.testserver.application import BearerTokenApplication
from scim2_server.utils import (
    load_default_resource_types,
    load_default_schemas,
    load_default_service_provider_config,
)

provider = ScimProvider.from_discovery(
    load_default_schemas().values(),
    load_default_resource_types().values(),
    config=load_default_service_provider_config(),
)
application = BearerTokenApplication(
    InMemoryStorage(),
    provider,
    service=ScimService(provider, secret="for-a-server-under-test"),  # noqa: S106
    bearer_tokens=[os.environ["PEER_KEY"]],
)
