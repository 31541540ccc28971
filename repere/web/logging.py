"""Logs say that something happened and where; never to whom.

Only named fields pass. A message is a fixed sentence; what varies stands in a field, and a field that is not on the
list is dropped. A traceback keeps types, files and lines: exception texts and local values may quote a person.

It holds at every level. Records of loggers that are handed statements or whole messages are emptied as they are made, whoever
raises the level or adds a handler; what another library says is kept only if its sentence stands word for word in its source, so
that a sentence put together with a name is none. `problems` is for the boot check.
"""

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from functools import lru_cache
from http.client import responses
from pathlib import Path
from typing import Any, TextIO

import structlog

FIELDS_KEPT = frozenset(
    {
        "event", "level", "timestamp", "logger", "request_id", "method", "route", "status", "milliseconds",
        "task", "job", "attempt", "count", "role", "mechanism", "error", "where", "port", "seconds", "check",
    }
)  # fmt: skip


# These are handed SQL with its values, mails, or the bodies of requests: nothing of theirs is written, at any level.
SHUT = ("django.db.backends", "django.template", "urllib3", "httpcore", "httpx", "asyncio")


SAID_NOTHING = "closed"


def record_of(name: str, level: int, path: str, line: int, message: object, args: Any, info: Any, *others: Any, **more: Any) -> Any:
    """Every record of this process is made here: those of shut loggers are empty before any handler sees them."""
    if is_shut(name):
        message, args, info = SAID_NOTHING, (), None
    return logging.LogRecord(name, level, path, line, message, args, info, *others, **more)


class OfOpenLoggers(logging.Filter):
    """On our handler: an empty record is not written either."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not is_shut(record.name)


def is_shut(name: str) -> bool:
    return bool(name) and any(name == shut or name.startswith(f"{shut}.") for shut in SHUT)


def keep_named_fields(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {field: value for field, value in event.items() if field in FIELDS_KEPT or field.startswith("_")}


def strip_exception(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    info = event.pop("exc_info", None)
    error = info[1] if isinstance(info, tuple) else (sys.exc_info()[1] if info is True else info)
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["where"] = " < ".join(
            f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(traceback.extract_tb(error.__traceback__)[-6:])
        )
    return event


def from_standard(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Records of libraries: the template of the message is kept, its arguments are not."""
    record = event.get("_record")
    if isinstance(record, logging.LogRecord):
        event["event"] = _sentence(record)
        if isinstance(status := getattr(record, "status_code", None), int):
            event["status"] = status
        if (match := getattr(getattr(record, "request", None), "resolver_match", None)) is not None:
            event["route"] = match.view_name
        if record.exc_info:
            event["exc_info"] = record.exc_info
    return event


def _sentence(record: logging.LogRecord) -> str:
    """What stays of a message without its arguments. Django's template for a refused request holds no word at all."""
    words = str(record.msg)
    if not _stands_in(record.pathname, words):
        return f"unnamed message of {record.module}"
    if re.search(r"[^\W\d_]{2}", re.sub(r"%(\(\w+\))?[-#0-9.]*[a-z]", "", words)):
        return words
    status = getattr(record, "status_code", None)
    return responses.get(status, "") if isinstance(status, int) else f"unnamed message of {record.module}"


@lru_cache(maxsize=256)
def _stands_in(source: str, words: str) -> bool:
    """Whether the sentence is one of that file's own. One that was put together from parts may hold anything."""
    try:
        text = Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return words in text or repr(words)[1:-1] in text


def problems() -> list[str]:
    """What would let a log quote somebody. Empty when all is well."""
    if logging.getLogRecordFactory() is record_of:
        return []
    return ["Log records are made by something else than Repère: statements would be written with their values."]


def configure(stream: TextIO | None = None) -> None:
    stream = stream or sys.stderr
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        strip_exception,
        keep_named_fields,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        logger_factory=structlog.PrintLoggerFactory(stream),
    )
    # A record that cannot be written is dropped: the standard complaint would print its arguments.
    logging.raiseExceptions = False
    logging.setLogRecordFactory(record_of)
    handler = logging.StreamHandler(stream)
    handler.addFilter(OfOpenLoggers())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, from_standard, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
