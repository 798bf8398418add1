"""What no form of ours may hold, whatever it is for: the minimisation list as data, and what of it a form asks for.

Source: domain.md 6.3 P7 and 3.0. It looks at what is kept: the names, labels and choices of questions, types and settings.
What the rights linter (`forms.lint`) refuses or warns of in any form is asked here of these words, too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from forms.lint import terms_in
from forms.outline import Outline, Row, Said, plain_text


@dataclass(frozen=True)
class Never:
    """One item. `words` is a regular expression over labels and over names written with blanks; `kinds` are types of rows."""

    what: Said
    words: str = ""
    kinds: frozenset[str] = frozenset()


class Collected(NamedTuple):
    """A field that holds what none may: its name, what it is, and the word or type by which it was told."""

    name: str
    what: Said
    by: str


_INFECTION: Final = "(?:艾滋|hiv|梅毒|syph|syphilis|乙肝|hbv|hbsag)"

NEVER: Final = (
    Never(Said("身份证、户口簿号", "identity numbers"), r"身份证|户口簿号|证件号|\b(?:id card|national id|passport)\b"),
    Never(Said("配偶", "a spouse"), r"配偶|丈夫|老公|爱人|\b(?:spouse|husband|partner)s?\b"),
    Never(Said("婚姻", "marriage"), r"婚姻|结婚|离婚|未婚|已婚|\b(?:marital|married|marriage|divorced)\b"),
    Never(
        Said("孕产次数", "parity"),
        r"孕次|产次|胎次|孩次|第几胎|几胎|生过几|怀过几|\b(?:parity|gravida|birth order|pregnancies before)\b",
    ),
    Never(
        Said("子女的个数和性别", "number or sex of children"),
        r"子女|儿子|女儿|(?:几个|多少个?)(?:孩子|小孩|娃)|孩子(?:个数|几个|性别)|\b(?:children|sons?|daughters?)\b",
    ),
    Never(
        Said("胎儿、婴儿的性别、姓名和号码", "sex, name or number of a foetus or baby"),
        r"(?:胎儿|婴儿|新生儿|宝宝).{0,4}(?:性别|姓名|名字|叫什么|编号)|男孩|女孩|男婴|女婴"
        r"|\b(?:fo?etal|foetus|baby|infant|newborn) (?:sex|gender|name|id)\b|\b(?:boy|girl)\b",
    ),
    Never(Said("民族", "ethnicity"), r"民族|汉族|\bethnic"),
    Never(Said("工作单位", "employer"), r"工作单位|雇主|在哪里上班|\b(?:employer|workplace)\b"),
    Never(Said("宗教", "religion"), r"宗教|信仰|信什么教|\breligio"),
    Never(
        Said("艾滋病、梅毒、乙肝的结果", "results of HIV, syphilis or hepatitis B"),
        rf"{_INFECTION}.{{0,12}}(?:结果|阳性|阴性|result|positive|negative|status)",
    ),
    Never(Said("人的照片", "photos of people"), r"照片|拍照|头像|\b(?:photo|selfie)", frozenset(["image", "video"])),
    Never(Said("声音", "voices"), kinds=frozenset(["audio", "background-audio"])),
    Never(
        Said("连续的位置", "continuous location"),
        r"\blocation (?:priority|min interval|max age)\b",
        frozenset(["geotrace", "geoshape", "start-geopoint", "background-geopoint"]),
    ),
    Never(
        Said("通讯录、手机号和机主", "contacts, the phone's own number or owner"),
        r"通讯录|紧急联系人|\b(?:emergency contact|contacts|next of kin)\b",
        frozenset(["phonenumber", "email", "username", "simserial", "subscriberid"]),
    ),
)
BY_THE_LINTER: Final = Said("权利检查里的词", "a word of the rights linter's")
SIGNATURE: Final = "signature"


def find_collected(form: Outline) -> list[Collected]:
    """What a form asks for that none may, in its order; none is well."""
    return [one for row in form.answers for one in _in_row(row)]


def _in_row(row: Row) -> Iterator[Collected]:
    for never in NEVER:
        if row.kind in never.kinds and not (row.kind == "image" and SIGNATURE in row.appearance):
            yield Collected(row.name, never.what, row.kind)
    for words in _words_of(row):
        for never in NEVER:
            if never.words and (found := re.search(never.words, words.lower())):
                yield Collected(row.name, never.what, found[0])
        yield from (Collected(row.name, BY_THE_LINTER, term) for term, _ in terms_in(words))


def _words_of(row: Row) -> Iterator[str]:
    """What is asked and what may be answered; hints, which also say what is not to be written, are not among it."""
    yield from (row.name.replace("_", " "), row.parameters.replace("-", " "), row.save_to.replace("_", " "))
    yield from (plain_text(one) for one in row.label)
    for option in row.options:
        yield option.name.replace("_", " ")
        yield from (plain_text(one) for one in option.label)
