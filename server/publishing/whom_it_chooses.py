"""Whom our own forms choose: one woman by one question. A care project takes no change that makes one choose another.

A record of theirs goes by the word of her whom that question chose, a visit to a home by no woman's: whoever a further
question named would be shown without being asked. A form of the town's own, under its own name, may choose anybody; one that
looks women up without a question that chooses would go by nobody's word, and is refused too.
"""

from collections import Counter
from collections.abc import Iterator

from forms.lint import Finding
from forms.schema import FormSchema
from forms.xform import XForm
from server.models import HER_FILES
from server.registry.telling import CHOSEN

WHY_ZH = "这张表只按原有的那一问选人。要另外选人，请另建一张表，用另外的名字"
WHY_EN = "this form chooses whom it is about by one question only; to choose others, make a form under another name"
LOOKS_UP_ZH = "这张表查找妇女的资料，却没有一问选她。请加一问，从这份名单里选"
LOOKS_UP_EN = "this form looks women up, and no question chooses her; add one that chooses from this list"


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


def find_more(form_id: str, schema: FormSchema) -> list[Finding]:
    """The same as what stops an upload."""
    paths = chooses_more(form_id, schema)
    return [Finding(path, path.rpartition("/")[2], "forbidden", WHY_ZH, WHY_EN) for path in paths]


def find_lookups(form: XForm) -> list[Finding]:
    """The lists about women that a form of the town's own has beside it without a question that chooses from any of them."""
    if form.form_id in CHOSEN or any(one.choices_from in HER_FILES for one in form.schema.fields):
        return []
    looked_in = [one.name for one in form.media if one.name in HER_FILES]
    return [Finding("", name, "forbidden", LOOKS_UP_ZH, LOOKS_UP_EN) for name in looked_in]
