"""Logging: one line an event on standard output, with the request's id."""

from typing import Any

import structlog


def logging_config(*, as_json: bool, level: str) -> dict[str, Any]:
    """Configure structlog and return Django's LOGGING for everything else."""
    shared: list[structlog.typing.Processor] = [
        # Whoever binds `request_id` at the start of a request has it on each line.
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: list[structlog.typing.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        *renderers(as_json=as_json),
    ]
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": shared,
        "processors": last,
    }
    handler = {
        "class": "logging.StreamHandler",
        "stream": "ext://sys.stdout",
        "formatter": "line",
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stdout": handler},
        "root": {"handlers": ["stdout"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            # A refused request is an answer, told in the logs of the console.
            "django.request": {"level": "ERROR"},
        },
    }


def renderers(*, as_json: bool) -> list[structlog.typing.Processor]:
    """Return what turns an event into its line: for machines or for people."""
    if as_json:
        return [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ]
    # Plain tracebacks: the pretty ones print variables, and keys with them.
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain)]
