"""Celery's broker and Django's cache, from one Redis URL or none."""

from pathlib import Path
from typing import Any

from kombu.transport import TRANSPORT_ALIASES

from config.environment import private_folder

TRANSPORT_ALIASES["files"] = "config.file_queue:Transport"


def broker(redis_url: str, folder: Path) -> tuple[str, dict[str, Any]]:
    """Return Celery's broker URL and transport options.

    Without Redis messages are files in `folder`; losing one is harmless, as
    the job's row is the truth and a message only wakes a worker.
    """
    if redis_url.startswith("unix://"):
        # redis-py and Celery name sockets and the database number differently.
        path = redis_url.removeprefix("unix://").replace("?db=", "?virtual_host=")
        return f"redis+socket://{path}", {}
    if redis_url:
        return redis_url, {}
    queue = str(private_folder(folder / "messages"))
    # The host is of no use, but without one each start warns of it.
    return "files://localhost", {
        "data_folder_in": queue,
        "data_folder_out": queue,
        "control_folder": str(private_folder(folder / "control")),
        "store_processed": False,
        # The default second is what a person would wait for each job to start.
        "polling_interval": 0.1,
    }


def cache(redis_url: str) -> dict[str, Any]:
    """Return Django's cache: shared through Redis, else each process its own."""
    if redis_url:
        return {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": redis_url,
        }
    return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
