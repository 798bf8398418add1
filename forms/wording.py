"""Conditions and calculations of a form in words, Chinese and English, as far as they can be put into words.

Questions are named by their labels and linked to their place on the page about the form; what is only worked out, by its
name. What is beyond these words comes back as None, and the page shows the expression itself.
"""

from collections.abc import Callable
from typing import Final

from forms.expressions import Tree, Unreadable, read_expression
from forms.idioms import flat, say_idiom, say_rows
from forms.outline import Outline, Row, Said, plain_text

_SIGNS: Final = {"-": "−", "*": "×", "div": "÷", "!=": "≠", "<=": "≤", ">=": "≥"}
_OPPOSITE: Final = {"=": "!=", "!=": "="}
_LOOSE: Final = (("op", "and"), ("op", "or"), ("call", "if"), ("call", "coalesce"))
_TIGHT: Final = ("-", "*", "div", "mod")
_JOINS: Final = {"and": Said("，并且", " and "), "or": Said("，或者", " or ")}
_AS_IT_IS: Final = Said("{}", "{}")
_CALLS: Final = {
    **dict.fromkeys(("date", "number", "string", "format-date"), _AS_IT_IS),
    "int": Said("{}（取整数）", "{} (whole)"),
    "once": Said("{}（只算一次）", "{} (once)"),
    "abs": Said("{}（不论正负）", "{} (without sign)"),
    "today": Said("今天", "today"),
    "uuid": Said("一个新编号", "a new id"),
    "count-selected": Said("选的个数", "the number chosen"),
    "string-length": Said("字数", "the number of characters"),
}
"""Functions whose words hold their first argument, or none."""


class Unsayable(Exception):
    """An expression for which there are no words here."""


def say(expression: str, form: Outline, own: Row | None = None) -> Said | None:
    """An expression in words. `own` is the question whose answer `.` is. None where there are no words for it."""
    try:
        return _Speaker(form, own).say(read_expression(expression))
    except (Unreadable, Unsayable):
        return None


def say_flag(calculation: str, form: Outline) -> Said | None:
    """When a calculation is 1, of one that is 1 or 0; None for any other, and where there are no words."""
    condition = flag_condition(calculation)
    try:
        return _Speaker(form, None).say(condition) if condition else None
    except Unsayable:
        return None


def flag_condition(calculation: str) -> Tree | None:
    """The condition of `if(condition, 1, 0)`; None for anything else."""
    try:
        tree = read_expression(calculation)
    except Unreadable:
        return None
    is_flag = tree.kind == "call" and tree.value == "if" and [one.value for one in tree.of[1:]] == ["1", "0"]
    return tree.of[0] if is_flag else None


class _Speaker:
    def __init__(self, form: Outline, own: Row | None) -> None:
        self.form, self.own = form, own
        self.special: dict[str, Callable[[Tree], Said]] = {
            "not": self.denied,
            "selected": lambda tree: self.chosen(tree, Said("{}里选了{}", "{} includes {}")),
            "regex": lambda tree: self.fitting(tree, Said("{}写成 `{}` 的样子", "{} fits `{}`")),
            "if": self.either,
            "coalesce": self.first_of,
        }

    def say(self, tree: Tree) -> Said:
        if idiom := say_idiom(tree, self):
            return idiom
        match tree.kind:
            case "question":
                return self.question(tree.value)
            case "dot":
                return Said("这个答案", "the answer")
            case "text":
                return Said(f"“{tree.value}”", f"“{tree.value}”") if tree.value else Said("空", "blank")
            case "name":
                return Said(f"`{tree.value}`", f"`{tree.value}`")
            case "minus":
                return self.around(tree.of[0], Said("−{}", "−{}"))
            case "look" if tree.wanted:
                said = say_rows(tree, Said("名单 `{}` 里{}那一行的 ", " in the row of `{}`{}"), self)
                return Said(f"{said.zh}`{tree.wanted}`", f"`{tree.wanted}`{said.en}")
            case "op":
                return self.joined(tree) if tree.value in _JOINS else self.compared(tree)
            case "call":
                return self.called(tree)
        if tree.kind != "number":
            raise Unsayable(tree.kind)
        return Said(tree.value, tree.value)

    def question(self, name: str) -> Said:
        row = self.form.by_name.get(name)
        if row is None or not row.is_question:
            return Said(f"[`{name}`](#{name})", f"[`{name}`](#{name})")
        zh, en = (plain_text(one, "").rstrip("？?：: ") for one in row.label)
        return Said(f"「[{zh}](#{name})」", f"“[{en}](#{name})”")

    def called(self, tree: Tree) -> Said:
        if tree.value in self.special:
            return self.special[tree.value](tree)
        if tree.value not in _CALLS:
            raise Unsayable(tree.value)
        words = _CALLS[tree.value]
        if words == _AS_IT_IS:
            return self.say(tree.of[0])
        return self.around(tree.of[0], words) if "{}" in words.zh else words

    def around(self, tree: Tree, words: Said) -> Said:
        said = self.inside(tree, within="*")
        return Said(words.zh.format(said.zh), words.en.format(said.en))

    def inside(self, tree: Tree, within: str) -> Said:
        """A part of what an operator joins, in brackets where it would be read otherwise without."""
        said, loose = self.say(tree), (tree.kind, tree.value) in _LOOSE
        sum_of = tree.kind == "op" and within in _TIGHT and tree.value in ("+", "-")
        return Said(f"（{said.zh}）", f"({said.en})") if loose or sum_of else said

    def joined(self, tree: Tree) -> Said:
        parts = list(dict.fromkeys(flat(tree, tree.value)))  # a group's condition often stands in its questions, too
        said = [self.inside(one, tree.value) for one in parts]
        zh, en = _JOINS[tree.value]
        return Said(zh.join(one.zh for one in said), en.join(one.en for one in said))

    def compared(self, tree: Tree) -> Said:
        left, right = tree.of
        if tree.value in _OPPOSITE and (right.kind == "text" or self.is_flag(left)):
            return self.equal(left, right, tree.value == "=")
        sign = _SIGNS.get(tree.value, tree.value)
        a, b = (self.inside(one, tree.value) for one in tree.of)
        if tree.value in ("+", "-") and self.is_day(left) and right.kind == "number":
            return Said(f"{a.zh} {sign} {b.zh} 天", f"{a.en} {sign} {b.en} days")
        return Said(f"{a.zh} {sign} {b.zh}", f"{a.en} {sign} {b.en}")

    def is_day(self, tree: Tree) -> bool:
        row = self.form.by_name.get(tree.value) if tree.kind == "question" else None
        return (tree.kind, tree.value) == ("call", "today") or bool(row and row.kind in ("date", "today"))

    def is_flag(self, tree: Tree) -> bool:
        row = self.form.by_name.get(tree.value) if tree.kind == "question" else None
        return bool(row and row.kind == "calculate" and flag_condition(row.calculation))

    def equal(self, left: Tree, right: Tree, is_so: bool) -> Said:
        what = self.say(left)
        if right.kind == "number":
            holds = is_so == (right.value == "1")
            return Said(f"{what.zh} {'' if holds else '不'}成立", f"{what.en} {'holds' if holds else 'does not hold'}")
        if not right.value:
            return Said(f"{what.zh}{'是空的' if is_so else '有内容'}", f"{what.en} is {'' if is_so else 'not '}blank")
        if right.value == "OK":
            return Said(f"{what.zh}{'已' if is_so else '没有'}确认", f"{what.en} is {'' if is_so else 'not '}confirmed")
        option = self.option(left, right.value)
        return Said(
            f"{what.zh}{'' if is_so else '不'}是{option.zh}", f"{what.en} is {'' if is_so else 'not '}{option.en}"
        )

    def option(self, of: Tree, value: str) -> Said:
        row = self.own if of.kind == "dot" else self.form.by_name.get(of.value)
        label = next((one.label for one in (row.options if row else ()) if one.name == value), Said(value, value))
        return Said(f"“{plain_text(label.zh)}”", f"“{plain_text(label.en)}”")

    def denied(self, tree: Tree) -> Said:
        denied = tree.of[0]
        if denied.kind == "op" and denied.value in _OPPOSITE:
            return self.compared(Tree("op", _OPPOSITE[denied.value], denied.of))
        if denied.kind == "call" and denied.value == "selected":
            return self.chosen(denied, Said("{}里没有选{}", "{} does not include {}"))
        return self.around(denied, Said("不是这样：{}", "it is not so: {}"))

    def chosen(self, tree: Tree, words: Said) -> Said:
        what, value = self.say(tree.of[0]), tree.of[1]
        option = self.option(tree.of[0], value.value) if value.kind == "text" else self.say(value)
        return Said(words.zh.format(what.zh, option.zh), words.en.format(what.en, option.en))

    def fitting(self, tree: Tree, words: Said) -> Said:
        what, pattern = self.say(tree.of[0]), tree.of[1].value
        return Said(words.zh.format(what.zh, pattern), words.en.format(what.en, pattern))

    def either(self, tree: Tree) -> Said:
        condition, then, other = self.say(tree.of[0]), *(self.inside(one, "if") for one in tree.of[1:])
        zh = f"如果{condition.zh}，就是 {then.zh}，否则是 {other.zh}"
        return Said(zh, f"{then.en} if {condition.en}, else {other.en}")

    def first_of(self, tree: Tree) -> Said:
        said = [self.say(one) for one in tree.of]
        return Said("，没有就用".join(one.zh for one in said), ", else ".join(one.en for one in said))
