"""gettext with types: English sentences in the code, all of them in the zh_Hans catalogue."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext, ngettext

from server.web.languages import language_tag


def _(sentence: str, **values: Any) -> str:
    """The sentence in the reader's language, with %(name)s filled in."""
    return str(gettext(sentence, **values))


def _n(one: str, many: str, number: int) -> str:
    """The sentence for a number, with %(num)s filled in; Chinese has one form."""
    return str(ngettext(one, many, number))


def say_list(words: Iterable[Any]) -> str:
    """Several words with the mark between them that the reader's language has."""
    return (", " if language_tag() == "en" else "、").join(map(str, words))
