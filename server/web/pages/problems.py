"""Problems as pages: what happened, what is safe, what to do now. Works without a session and without a database."""

import logging
from urllib.parse import quote

from flask import Response, make_response, redirect, render_template, request
from werkzeug.exceptions import HTTPException

from server import clock
from server.errors import BodyTooLarge, Problem
from server.web import session
from server.web.pages.own_paths import own_path, read_address
from server.web.pages.problem_words import word_for_people
from server.web.pages.texts import _

log = logging.getLogger("fangshi.errors")

Action = dict[str, str]


def say_problem(problem: Problem) -> Response:
    """The problem as a page inside the shell, as a fragment for htmx, or as a page that stands alone when nothing else can."""
    wants_page = request.method == "GET" and "HX-Request" not in request.headers
    if problem.status == 401 and wants_page:
        return redirect_to_sign_in()
    words = describe(problem)
    response = make_response(render_problem(problem, words), status_of(problem))
    if (
        problem.status == 401 and request.method == "GET"
    ):  # a form that is sent stays where it is, with what stands in it
        response.headers["HX-Redirect"] = f"/sign-in?away=1&next={quote(page_of_fragment(), safe='')}"
    return response


def status_of(problem: Problem) -> int:
    """Browsers and what stands between know a file that is too large by its own number."""
    return 413 if isinstance(problem, BodyTooLarge) else problem.status


def page_of_fragment() -> str:
    """Where somebody goes on after signing in: the page that the fragment is a part of, and never the fragment."""
    page = read_address(request.headers.get("HX-Current-URL"))
    return own_path(page.path + (f"?{page.query}" if page.query else ""))


def redirect_to_sign_in() -> Response:
    target = own_address()
    return redirect(f"/sign-in?next={quote(target, safe='')}", 303)  # type: ignore[return-value]


def render_problem(problem: Problem, words: dict[str, object]) -> str:
    if "HX-Request" in request.headers:
        return render_template("problem/fragment.html", problem=words)
    if problem.status < 500 and problem.status != 401:
        try:
            if session.caller().is_anonymous:
                return render_template("problem/alone.html", problem=words)
            return render_template("problem/problem.html", problem=words)
        except Exception:  # the shell needs the database: without it the page stands alone
            log.warning("a problem page was shown without its frame")
    return render_template("problem/alone.html", problem=words)


def describe(problem: Problem) -> dict[str, object]:
    title, safe, actions = words_for(status_of(problem))
    return {
        "title": title,
        "message": word_for_people(problem),
        "safe": safe,
        "actions": actions,
        "code": f"{problem.code:g}",
        "at": f"{clock.now().astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M:%S}",
        "request_id": problem.details.get("error_id"),
        "rows": (),
        "again": fields_to_send_again() if problem.status >= 500 else None,
        "again_to": own_address(),
    }


SECRET = {"password", "new", "code", "pin", "secret", "tk"}  # fields that sign in, here or elsewhere


def fields_to_send_again() -> list[tuple[str, str]] | None:
    """What was sent, for one press to send it once more; None for what a page does not hold: files, and what signs in."""
    if request.method != "POST" or request.mimetype != "application/x-www-form-urlencoded":
        return None
    try:
        sent = request.form
    except HTTPException:  # too large, or broken off: the problem came before anybody read it
        return None
    return None if SECRET & set(sent) else list(sent.items(multi=True))


def own_address() -> str:
    """Where this request was going, with its filter or its project: without them the same press would do something else."""
    query = quote(request.query_string, safe="%&=+/:?,;@!$'()*-._~")
    return own_path(quote(request.path) + (f"?{query}" if query else ""))


def words_for(status: int) -> tuple[str, str, list[Action]]:
    """Title, what is safe, and what to do, by HTTP status."""
    start = {"href": "/", "label": _("To the start page")}
    again = {
        "href": own_path(request.full_path.rstrip("?")) if request.method == "GET" else "/",
        "label": _("Try again"),
    }
    if status == 401:
        return _("Sign in again"), _("You were away a while. What is stored stays."), [sign_in_action()]
    if status == 403:
        return _("This page is not for your role"), _("Nothing was changed."), [start]
    if status in (404, 405):
        return _("There is nothing at this address"), _("Perhaps the address was mistyped, or it is gone."), [start]
    if status == 409:
        return _("Somebody was quicker"), _("Both are kept; nothing was overwritten."), back_or(start)
    if status == 413:
        return _("The file is too large"), _("All else is as it was."), back_or(start)
    if status == 429:
        return _("Too many tries"), _("Nothing was changed."), [sign_in_action()]
    if status >= 500:
        return (
            _("The server can't do this right now"),
            _("Nothing was half stored. Phones keep their records and send them again."),
            [again],
        )
    return _("This could not be used"), _("Nothing was changed."), back_or(start)


def back_or(start: Action) -> list[Action]:
    """To the page whose form this was, then to the start."""
    page = own_path(read_address(request.referrer).path)
    if request.method != "POST" or page == "/":
        return [start]
    return [{"href": page, "label": _("Back to the page")}, start]


def sign_in_action() -> Action:
    return {"href": "/sign-in", "label": _("Sign in")}
