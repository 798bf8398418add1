"""A problem's sentence for people: the names of fields and the reasons inside it are translated too."""

from server.errors import BodyTooLarge, Problem, fill
from server.web.pages.texts import _

TRANSLATED = ("field", "reason")


def word_for_people(problem: Problem) -> str:
    """The sentence in the reader's language. Programs get the same sentence with the wire's own field names and units."""
    if isinstance(problem, BodyTooLarge):
        return _("It is larger than %(limit)s, the most that is taken. Choose a smaller file.", limit=say_size(problem))
    details = {key: _(value) if is_words(key, value) else value for key, value in problem.details.items()}
    return fill(_(problem.sentence), details)


def say_size(problem: BodyTooLarge) -> str:
    """The limit as people count: MB, below that kB."""
    size = int(problem.details["limit"])
    return f"{size // 1_000_000} MB" if size >= 1_000_000 else f"{max(size // 1000, 1)} kB"


def is_words(key: str, value: object) -> bool:
    return key in TRANSLATED and isinstance(value, str) and value != "" and "%" not in value
