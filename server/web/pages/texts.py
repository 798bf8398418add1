"""gettext with types: English sentences in the code, all of them in the zh_Hans catalogue."""

from typing import Any

from flask_babel import gettext, ngettext


def _(sentence: str, **values: Any) -> str:
    """The sentence in the reader's language, with %(name)s filled in."""
    return str(gettext(sentence, **values))


def _n(one: str, many: str, number: int, **values: Any) -> str:
    """The sentence for a number, with %(num)s and what else stands in it filled in; Chinese has one form."""
    return str(ngettext(one, many, number, **values))
