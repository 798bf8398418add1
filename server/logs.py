"""What may stand in the server's logs: kinds of errors, places in the code, ids and counts. Nothing that anybody told.

The last gate, for what others' libraries write; our own lines are written so from the start (threats 17 and 31).
"""

import logging
import re
import sys
import threading
import traceback
from types import TracebackType
from typing import Any

KNOWN = ("fangshi", "gunicorn", "apscheduler", "alembic")
"""Whose words are kept. Of any other logger a line says only who wrote it, and where."""

SCRUBBED: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(Invalid request from ip=[0-9a-fA-F.:]*?)(?=: |$).*", re.DOTALL), r"\1"),  # it quotes the request
    (re.compile(r"(/(?:key|test|join|sessions|calendar)/|[?&]st=)[^/&\s?\"']+"), r"\1…"),
    (re.compile(r"(?<=\S)\?[^\s\"']+"), "?…"),  # a query holds names and answers
    (re.compile(r"(/attachments/|/review/\d+/)[^\s\"']+"), r"\1…"),  # what a phone called its file
    (re.compile(r"/[^/\s\"']*%[0-9A-Fa-f]{2}[^/\s\"']*"), "/…"),  # what is no plain word in an address may be a name
    (re.compile(r"\b(Bearer|Basic|Digest)\s+\S.*", re.IGNORECASE), r"\1 …"),
    (re.compile(r"[^\s@,;<>\"'()]{1,64}@[^\s@,;<>\"'()]{1,190}"), "…@…"),  # passwords in database addresses too
    (re.compile(r"[\w-]{40,}"), "…"),  # tokens are 64 letters; ids of errors 12, uuids 36
    (re.compile(r"-?\d{1,3}\.\d{4,}"), "…"),  # degrees
)

log = logging.getLogger("fangshi")
_plain_factory = logging.getLogRecordFactory()


def scrub(text: str) -> str:
    """The text without keys, tokens, passwords, e-mail addresses, query strings and coordinates."""
    for pattern, instead in SCRUBBED:
        text = pattern.sub(instead, text)
    return text


def make_discreet(record: logging.LogRecord) -> logging.LogRecord:
    """Rewrites a record in place: its words scrubbed or withheld, of an exception the kind and the place alone."""
    known = record.name.split(".")[0] in KNOWN
    words = record.getMessage() if known else f"(words withheld) {record.filename}:{record.lineno}"
    record.msg, record.args = scrub(words), None
    if record.exc_info and record.exc_info[0] is not None:
        kind, _error, where = record.exc_info
        record.exc_text = say_where(kind, where)
    record.exc_info = None
    return record


def say_where(kind: type[BaseException], where: TracebackType | None) -> str:
    """An error's kind and the lines of code it came through, without its words: they may quote an answer."""
    return f"{kind.__name__}\n{''.join(traceback.format_tb(where))}".rstrip()


def install() -> None:
    """For a process that serves: every logger, warnings, and what nobody caught, in any thread. Twice is as once."""
    logging.setLogRecordFactory(lambda *args, **more: make_discreet(_plain_factory(*args, **more)))
    logging.captureWarnings(True)
    sys.excepthook = say_uncaught
    threading.excepthook = lambda thrown: say_uncaught(thrown.exc_type, thrown.exc_value, thrown.exc_traceback)
    sys.unraisablehook = lambda thrown: say_uncaught(thrown.exc_type, thrown.exc_value, thrown.exc_traceback)


def say_uncaught(kind: type[BaseException], error: BaseException | None, where: TracebackType | None, *_: Any) -> None:
    if not issubclass(kind, (SystemExit, KeyboardInterrupt)):
        log.error("uncaught: %s", say_where(kind, where))
