"""A problem's sentence for people: the names of fields and the reasons inside it are translated too."""

from server.errors import Problem, fill
from server.web.pages.texts import _

TRANSLATED = ("field", "reason")


def word_for_people(problem: Problem) -> str:
    """The sentence in the reader's language. Programs get the same sentence with the wire's own field names."""
    details = {key: _(value) if is_words(key, value) else value for key, value in problem.details.items()}
    return fill(_(problem.sentence), details)


def is_words(key: str, value: object) -> bool:
    return key in TRANSLATED and isinstance(value, str) and value != "" and "%" not in value
