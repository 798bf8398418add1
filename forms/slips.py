"""What a spreadsheet program or an input method leaves in the cells of a form and no phone can read.

Converting lets nearly all of it pass: the form would be published, and would not open on a phone, or never ask a question.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from lxml import etree

from forms.excel_words import Line

Sheets = Mapping[str, Sequence[Mapping[str, str | None]]]

EXPRESSIONS: Final = {
    "survey": frozenset(
        ("relevant", "relevance", "constraint", "calculation", "calculate", "choice_filter", "required", "read_only")
    )
    | {"readonly", "repeat_count"},
    "entities": frozenset(["label", "create_if", "update_if", "entity_id"]),
    "settings": frozenset(["instance_name"]),
}
"""The columns that hold XPath, by sheet. Source: xlsform.org, and its spellings that pyxform takes too."""

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d)?")
_NOT_WORKED_OUT: Final = re.compile(r"#(?:NAME\?|REF!|VALUE!|N/A|DIV/0!|NULL!|NUM!)|Err:\d+")
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
_QUESTION: Final = re.compile(r"\$\{[^{}]*\}")
_OF_A_LIST: Final = re.compile(r"\[[^\[\]]*\]|[/@][^\s/\[\]()]+")
_CHINESE: Final = re.compile(r"[一-鿿]+")
_QUOTES: Final = str.maketrans("‘’“”", "''\"\"")  # converting puts them right by itself
_SIGNS: Final = {
    "。": ".",
    "、": ",",
    "；": ",",
    "【": "[",
    "】": "]",
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "–": "-",
    "—": "-",
    "−": "-",
    "×": "*",
    "÷": "div",
}
"""What is meant by signs of a keyboard that are not merely the wide ones of plain signs."""


class Slip(NamedTuple):
    """One cell, by its sheet, its row as Excel counts it and its column's name; what is wrong and what to do."""

    sheet: str
    row: int
    column: str
    said: Line


def find_slips(sheets: Sheets) -> list[Slip]:
    """Every cell that no phone could read, in the order of the sheets. `sheets`: rows by column, as they were typed."""
    names = _names_in(sheets)
    return [
        Slip(sheet, row, column, said)
        for sheet in ("survey", "choices", "entities", "settings")
        for row, cells in enumerate(sheets.get(sheet) or [], start=2)
        for column, text in cells.items()
        if text and (said := _wrong_in(sheet, base_of(column), str(text).strip(), names))
    ]


def base_of(column: str) -> str:
    """`Read only::English (en)` as `read_only`."""
    return re.sub(r"\s+", "_", column.partition("::")[0].strip().lower())


def _names_in(sheets: Sheets) -> frozenset[str]:
    """What may stand in an expression without quotes: questions, and columns of choices."""
    questions = {str(row.get("name") or "").strip() for row in sheets.get("survey") or []}
    return frozenset(questions.union(*(row.keys() for row in sheets.get("choices") or [])))


def _wrong_in(sheet: str, column: str, text: str, names: Iterable[str]) -> Line | None:
    if _NOT_WORKED_OUT.fullmatch(text):
        return Line(
            f"“{text}”是办公软件算不出来的结果。把原来的文字重新写进这一格；以 = 开头的，前面加一个英文单引号 '。",
            f"“{text}” is what a spreadsheet program writes when it cannot work out a formula. Write the text again; put a ' "
            "before one that begins with =.",
        )
    if column not in EXPRESSIONS.get(sheet, ()):
        return None
    if _DATE.fullmatch(text):
        return Line(
            f"办公软件把这一格变成了日期（{text}）。先把格子的格式设成“文本”，再重新写。",
            f"The spreadsheet program made a date of this cell ({text}). Set the cell's format to Text, then write it again.",
        )
    return next(_wrong_in_expression(column, " ".join(text.translate(_QUOTES).split()), names), None)


def _wrong_in_expression(column: str, text: str, names: Iterable[str]) -> Iterator[Line]:
    bare = _QUESTION.sub(" x ", _QUOTED.sub(" '' ", text))
    readable = _is_xpath(_QUESTION.sub(" x ", text))
    if not readable and (odd := _odd_signs(bare)):
        yield _signs(odd)
    if column != "choice_filter":  # there, columns of a list that is not in the workbook may be named
        words = _CHINESE.findall(_OF_A_LIST.sub(" ", bare))
        yield from (_word(column, word) for word in words if not any(word in name for name in names))
    if not readable:
        yield from _likely_causes(bare)
        yield Line(
            f"手机读不懂这个式子：{text}。看看是不是少了逗号、引号，或者多写了什么。",
            f"Phones cannot read this expression: {text}. Look for a comma or a quote that is missing, or something too much.",
        )


def _is_xpath(text: str) -> bool:
    try:
        etree.XPath(text)
    except etree.XPathSyntaxError:
        return False
    return True


def _odd_signs(bare: str) -> dict[str, str]:
    """Signs outside of quotes that a Chinese keyboard gives, each with the one that is meant."""
    meant = {sign: _SIGNS.get(sign) or unicodedata.normalize("NFKC", sign) for sign in bare}
    return {sign: plain for sign, plain in meant.items() if plain != sign and plain.isascii()}


def _signs(odd: Mapping[str, str]) -> Line:
    signs, plain = " ".join(odd), " ".join(odd.values())
    return Line(
        f"式子里的 {signs} 是中文符号，手机读不懂。换成英文的 {plain} 。",
        f"Phones cannot read signs of Chinese writing in an expression: {signs} . Type {plain} instead.",
    )


def _likely_causes(bare: str) -> Iterator[Line]:
    for opens, closes in ("()", "[]"):
        if (opened := bare.count(opens)) != (closed := bare.count(closes)):
            yield Line(
                f"括号不成对：{opened} 个 {opens} ，{closed} 个 {closes} 。",
                f"Brackets do not match: {opened} {opens} and {closed} {closes}.",
            )
    if "'" in bare.replace("''", "") or '"' in bare:
        yield Line("引号不成对。", "A quote is not closed.")
    if found := re.search(r"\b(AND|OR|DIV|MOD)\b", bare):
        yield Line(f"{found[0]} 要小写。", f"Write {found[0]} in small letters.")
    if found := re.search(r"\$\s+\{", bare):
        yield Line("$ 和 { 之间不能有空格。", "There is a blank between $ and { : take it out.")
    if found := re.search(r"&&|\|\||==", bare):
        plain = {"&&": "and", "||": "or", "==": "="}[found[0]]
        yield Line(f"把 {found[0]} 换成 {plain} 。", f"Write {plain} instead of {found[0]}.")


def _word(column: str, word: str) -> Line:
    if column == "required":
        return Line(
            f"这一栏写 yes（必填）或者空着，不能写“{word}”。",
            f"Write yes here (it has to be answered) or nothing; “{word}” is not understood.",
        )
    return Line(
        f"“{word}”没有加引号，手机会当成一道题的名字。文字写成 '{word}'；“并且”“或者”写成 and、or。",
        f"“{word}” has no quotes, so a phone takes it for a question. Write a text as '{word}', and “and” or “or” in English.",
    )
