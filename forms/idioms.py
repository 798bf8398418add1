"""What people say in one go and XPath spells out: from … to …, one of several answers, one that stands alone, a property of
the row that was chosen.
"""

from typing import Final, Protocol

from forms.expressions import Tree
from forms.outline import Said

_ROWS: Final = {
    (">", "0"): Said("名单 `{}` 里有{}的行", "`{}` has a row{}"),
    ("=", "0"): Said("名单 `{}` 里没有{}的行", "`{}` has no row{}"),
    ("=", "1"): Said("名单 `{}` 里正好有一行{}", "`{}` has exactly one row{}"),
}
_SEVERAL: Final = Tree("op", ">", (Tree("call", "count-selected", (Tree("dot", "."),)), Tree("number", "1")))

_DUE: Final = Tree("call", "coalesce", (Tree("question", "due_overdue"), Tree("question", "due_open")))


class Speaker(Protocol):
    """What says the parts of an expression; `option` says a stored answer by its label."""

    def say(self, tree: Tree) -> Said: ...

    def option(self, of: Tree, value: str) -> Said: ...


def flat(tree: Tree, operator: str) -> list[Tree]:
    """The parts of `a or b or c`, whichever way they are nested."""
    if tree.kind == "op" and tree.value == operator:
        return [part for one in tree.of for part in flat(one, operator)]
    return [tree]


def say_idiom(tree: Tree, speaker: Speaker) -> Said | None:
    """The condition as one turn of phrase; None where it is none and is said part by part."""
    if tree.kind == "look" and tree.wanted:
        return _of_chosen(tree, speaker)
    if tree.kind == "op" and tree.value == "or":
        return _one_of(flat(tree, "or"), speaker)
    if tree.kind == "op" and tree.value == "and":
        return _between(tree.of, speaker)
    if tree.kind == "op" and tree.of[0].value == "count" and tree.of[1].kind == "number":
        return _rows(tree, speaker)
    if tree.kind == "call" and tree.value == "not":
        return _alone(tree.of[0], speaker)
    if tree.kind == "call" and tree.value in ("count", "join") and tree.of[-1].kind == "look":
        return _of_all_rows(tree, speaker)
    return None


def say_rows(look: Tree, words: Said, speaker: Speaker) -> Said:
    """Words about the rows of a list that fit a condition: two places, for the list and for the condition."""
    if not look.of:
        return Said(words.zh.format(look.value, ""), words.en.format(look.value, ""))
    condition = speaker.say(look.of[0])
    return Said(
        words.zh.format(look.value, f"（{condition.zh}）"), words.en.format(look.value, f" (where {condition.en})")
    )


def _of_chosen(look: Tree, speaker: Speaker) -> Said | None:
    """A property of this phone, of the visit that was chosen on the first page, or of what a question chose."""
    if (look.value, look.of) == ("me", ()):
        return Said(f"这部手机的 `{look.wanted}`", f"this phone's `{look.wanted}`")
    named = look.of[0] if look.of else Tree("")
    if (named.value, named.of[:1]) != ("=", (Tree("name", "name"),)):
        return None
    if (look.value, named.of[1]) == ("due_visits", _DUE):
        return Said(f"所选随访的 `{look.wanted}`", f"`{look.wanted}` of the visit that was chosen")
    if named.of[1].kind != "question":
        return None
    what = speaker.say(named.of[1])
    return Said(f"所选{what.zh}的 `{look.wanted}`", f"`{look.wanted}` of the chosen {what.en}")


def _one_of(parts: list[Tree], speaker: Speaker) -> Said | None:
    answers = [one.of[1].value for one in parts if one.value == "=" and one.of[1].kind == "text" and one.of[1].value]
    if len(answers) < len(parts) or len({one.of[0] for one in parts}) > 1:
        return None
    what = speaker.say(parts[0].of[0])
    named = [speaker.option(parts[0].of[0], answer) for answer in answers]
    zh, en = "或".join(one.zh for one in named), " or ".join(one.en for one in named)
    return Said(f"{what.zh}是{zh}", f"{what.en} is {en}")


def _between(parts: tuple[Tree, ...], speaker: Speaker) -> Said | None:
    least, most = parts
    if (least.value, most.value) != (">=", "<=") or least.of[0] != most.of[0]:
        return None
    what, low, high = speaker.say(least.of[0]), speaker.say(least.of[1]), speaker.say(most.of[1])
    return Said(f"{what.zh}从 {low.zh} 到 {high.zh}", f"{what.en} is from {low.en} to {high.en}")


def _rows(tree: Tree, speaker: Speaker) -> Said | None:
    count, number = tree.of
    words = _ROWS.get((tree.value, number.value))
    if words is None or count.of[0].kind != "look":
        return None
    return say_rows(count.of[0], words, speaker)


def _alone(tree: Tree, speaker: Speaker) -> Said | None:
    if tree.kind != "op" or tree.value != "and" or tree.of[1] != _SEVERAL:
        return None
    those = flat(tree.of[0], "or")
    if any((one.kind, one.value) != ("call", "selected") for one in those):
        return None
    named = [speaker.option(one.of[0], one.of[1].value) for one in those]
    zh, en = "或".join(one.zh for one in named), " or ".join(one.en for one in named)
    return Said(f"选了{zh}就不再选别的", f"{en} stands alone")


def _of_all_rows(tree: Tree, speaker: Speaker) -> Said | None:
    """How many rows there are, or a property of them all, joined by a text."""
    look = tree.of[-1]
    if tree.value == "count":
        return say_rows(look, Said("名单 `{}` 里{}的行数", "the number of rows of `{}`{}"), speaker)
    if len(tree.of) != 2 or tree.of[0].kind != "text" or not look.wanted:
        return None
    said = say_rows(look, Said("名单 `{}` 里{}每一行的 ", " of every row of `{}`{}"), speaker)
    sign = tree.of[0].value
    return Said(f"{said.zh}`{look.wanted}`，用“{sign}”隔开", f"`{look.wanted}`{said.en}, with “{sign}” between")
