"""Whom our own forms choose: one woman by one question. A care project takes no change that makes one choose another.

A record of theirs goes by the word of her whom that question chose, a visit to a home by no woman's: whoever a further
question named would be shown without being asked. A form of the town's own, under its own name, may choose anybody; one that
looks women up without a question that chooses would go by nobody's word, and is refused too.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from forms.lint import Finding
from forms.schema import FormSchema
from forms.xform import XForm
from server.models import HER_FILES
from server.registry.telling import CHOSEN

MORE: Final = (
    "这张表只按原有的那一问选人。要另外选人，请另建一张表，用另外的名字",
    "this form chooses whom it is about by one question only; to choose others, make a form under another name",
)
LOOKS_UP: Final = (
    "这张表查找妇女的资料，却没有一问选她。请加一问，从这份名单里选",
    "this form looks women up, and no question chooses her; add one that chooses from this list",
)


def chooses_more(form_id: str, schema: FormSchema) -> Iterator[str]:
    """The paths of questions of one of our forms that choose from the lists about women, beyond those that it has."""
    about, *asked = CHOSEN.get(form_id, ("",))
    known = asked if about == "women" else []
    names = Counter(one.name for one in schema.fields)
    for one in schema.fields:
        if form_id in CHOSEN and one.choices_from in HER_FILES:
            alone = names[one.name] == 1 and schema.repeat_of(one.path) is None and not one.select_multiple
            if one.name not in known or not alone:
                yield one.path


def find_forbidden(form: XForm) -> list[Finding]:
    """What stops an upload: of one of our forms the questions that choose further women, of a form of the town's own the
    lists about women that it has beside it while no question chooses from any of them.
    """
    if form.form_id in CHOSEN:
        return [forbidden(path, path.rpartition("/")[2], MORE) for path in chooses_more(form.form_id, form.schema)]
    if any(one.choices_from in HER_FILES for one in form.schema.fields):
        return []
    return [forbidden("", one.name, LOOKS_UP) for one in form.media if one.name in HER_FILES]


def forbidden(path: str, term: str, why: tuple[str, str]) -> Finding:
    return Finding(path, term, "forbidden", *why)
