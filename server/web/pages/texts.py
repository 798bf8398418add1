"""gettext with types: English sentences in the code, all of them in the zh_Hans catalogue."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext, ngettext

from server.web.languages import language_tag


def _(sentence: str, **values: Any) -> str:
    """The sentence in the reader's language, with %(name)s filled in."""
    return str(gettext(sentence, **values))


def _n(one: str, many: str, number: int, **values: Any) -> str:
    """The sentence for a number, with %(num)s and what else stands in it filled in; Chinese has one form."""
    return str(ngettext(one, many, number, **values))


def is_english() -> bool:
    return language_tag() == "en"


def listed(words: Iterable[object]) -> str:
    """张村、李村 in Chinese, Zhang, Li in English."""
    return (", " if is_english() else "、").join(map(str, words))
