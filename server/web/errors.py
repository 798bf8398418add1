"""Any exception -> Problem -> the tongue of whoever asked. One file, one table."""

import errno
import logging
import re
import traceback
import uuid
from collections.abc import Callable

from flask import Flask, Response, current_app, request
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from forms.errors import FormError
from geo.errors import GeoError
from server import errors
from server.access import digest
from server.blobs import FileDamaged
from server.errors import Problem
from server.keys import SecretKeyUnusable
from server.postgresql import passes
from server.web import session
from server.web.wire import central_json, openrosa_xml

log = logging.getLogger("fangshi.errors")

FORM_PROBLEMS: dict[str, type[Problem]] = {
    "unparseable": errors.Unparseable,
    "missing": errors.MissingParameter,
    "unexpected": errors.UnexpectedValue,
    "too_long": errors.TooLong,
    "xlsform": errors.XlsFormInvalid,
    "entity": errors.EntityFormInvalid,
    "no_meta": errors.NoMetaGroup,
    "type_conflict": errors.FieldTypeConflict,
    "wrong_type": errors.WrongType,
}


def as_problem(error: Exception) -> Problem:
    """Words an exception as a Problem; what nobody foresaw is written to the log under a number that the caller also gets."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, FormError):
        return of_form(error)
    if isinstance(error, GeoError):
        return errors.UnexpectedValue(str(error), field="geometry", reason=str(error), value="")
    if isinstance(error, IntegrityError):
        return errors.UniqueViolation("Somebody made the same thing a moment ago. Load the page again.")
    if is_passing(error):
        return errors.Unavailable()
    if isinstance(error, FileDamaged):
        return errors.FileUnreadable()
    if isinstance(error, HTTPException):
        return of_http(error)
    if type(error).__module__ == "gunicorn.http.errors":  # raised while the body is read; other servers have their own
        return errors.Unparseable(reason="the upload is broken off or not put together well")
    return unforeseen(error)


def of_form(error: FormError) -> Problem:
    kind = FORM_PROBLEMS.get(error.kind, errors.Unparseable)
    sentence = None if kind in (errors.NoMetaGroup,) else "{sentence}"
    details = {**error.details, "sentence": error.message}
    return kind(sentence, **details)


def of_http(error: HTTPException) -> Problem:
    if isinstance(error, NotFound):
        return not_found()
    if isinstance(error, MethodNotAllowed):
        return errors.MethodNotAllowed(method=request.method)
    if isinstance(error, RequestEntityTooLarge):
        return errors.BodyTooLarge(limit=current_app.config["MAX_CONTENT_LENGTH"])
    if error.code is not None and error.code < 500:
        return errors.Unparseable(reason=error.description or error.name)
    return unforeseen(error)


def not_found() -> Problem:
    """Central's three kinds of 404 for addresses that do not exist; pages are not asked for a version."""
    first = request.path.strip("/").split("/")[0]
    if first == "v1" or "text/html" in request.headers.get("Accept", ""):
        return errors.NotFound()
    if first[:1] == "v" and first[1:].isdigit():
        return errors.BadApiVersion()
    return errors.NoApiVersion()


def is_passing(error: Exception) -> bool:
    """Whether waiting helps: a full disk, a locked or unreachable database, no free connection, a key file that is away."""
    reason = error.orig if isinstance(error, StatementError) else error  # as it comes from a sealed column
    if isinstance(error, PoolTimeout) or isinstance(reason, SecretKeyUnusable) or passes(error):
        return True
    if isinstance(error, OperationalError):
        return PASSING.search(str(error.orig)) is not None
    return isinstance(error, OSError) and error.errno in PASSING_ERRNO


PASSING = re.compile(
    r"locked|busy|full|readonly|read-only|disk I/O|unable to open|connect|shutting down|starting up|too many clients"
    r"|No space|lock timeout|deadlock|could not serialize"
)
PASSING_ERRNO = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.EIO)


def unforeseen(error: Exception) -> Problem:
    """The log gets the kind of error and where, without its words: they may quote an answer."""
    number = uuid.uuid4().hex[:12]
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("unforeseen error %s: %s\n%s", number, type(error).__name__, where)
    return Problem(error_id=number)


TONGUES: dict[str, Callable[[Problem], Response]] = {
    "json": central_json.error,
    "openrosa": openrosa_xml.error,
    "odata": central_json.error,
    "page": central_json.error,  # server/web/pages puts its own here
}


def tongue_of_request() -> str:
    """The tongue of the blueprint that took the request; for an address nobody took, what the path looks like."""
    blueprint = current_app.blueprints.get(request.blueprint or "")
    if blueprint is not None:
        return str(getattr(blueprint, "tongue", "json"))
    if request.path.startswith("/v1"):
        return "openrosa" if request.path.rstrip("/").endswith(("/formList", "/submission", "/manifest")) else "json"
    return "page" if "text/html" in request.headers.get("Accept", "") else "json"


def answer(error: Exception) -> Response:
    problem, tongue = as_problem(error), tongue_of_request()
    try:
        ways = ways_to_sign_in(problem, tongue)
    except SecretKeyUnusable:
        problem, ways = errors.Unavailable(), []
    response = TONGUES[tongue](problem)
    response.headers["Cache-Control"] = "no-store"
    say_when_again(response, problem)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # RFC 9110, 15.5.6
    for way in ways:
        response.headers.add("WWW-Authenticate", way)
    return response


def ways_to_sign_in(problem: Problem, tongue: str) -> list[str]:
    """Challenges, for 401 alone; none for a page, which has its own, nor for who came by a key (odk-contract.md 1.4).

    Basic comes first: a phone takes the first that it may use, which without https is Digest alone. Raises SecretKeyUnusable.
    """
    if problem.status != 401 or tongue == "page" or session.key_given() is not None:
        return []
    ways = [f'Basic realm="{digest.REALM}", charset="UTF-8"'] if request.scheme == "https" else []
    if session.takes_phone_passwords():
        nonce = digest.make_nonce(session.secret_key(), session.now())
        ways.append(digest.challenge(nonce, stale=isinstance(problem, errors.NonceOver)))
    return ways


def say_when_again(response: Response, problem: Problem) -> None:
    """Retry-After, where waiting helps."""
    if isinstance(problem, errors.Unavailable):
        response.headers["Retry-After"] = str(problem.retry_after_seconds)
    if isinstance(problem, errors.TooManyTries | errors.TooManyCardTries | errors.TooManyTests | errors.TooManyFetches):
        response.headers["Retry-After"] = str(problem.details["seconds"])


def register(app: Flask) -> None:
    app.register_error_handler(Exception, answer)
