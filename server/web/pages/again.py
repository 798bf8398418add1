"""A form that could not be taken: the same page again, with what was typed, and nothing stored."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, make_response, render_template

from server.errors import Problem
from server.web import session
from server.web.errors import say_when_again
from server.web.pages.problem_words import word_for_people


def show_again(
    template: str, problem: Problem, facts: Callable[[], Mapping[str, object]] = dict, **values: Any
) -> Response:
    """Rolls back whatever the view began, and shows the page with the problem's sentence and status.

    `facts` are read only then: nothing shows as there that was taken back.
    """
    session.db().rollback()
    page = render_template(template, error=word_for_people(problem), **{**facts(), **values})
    answer = make_response(page, problem.status)
    say_when_again(answer, problem)
    return answer
