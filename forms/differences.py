"""What an edit of a form changes, for whoever publishes it: question by question, with what it does to answers.

Pure: two outlines in, differences out, in the new version's order, what is gone first.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from forms.choice_differences import ChoiceChange, choice_differences
from forms.matching import Matching, Pair, match_questions, out_of_line
from forms.questions import Outline, Question, Words

LOSES, CAREFUL, HARMLESS = "loses", "careful", "harmless"
WEIGHTS = (LOSES, CAREFUL, HARMLESS)
WITHOUT_ANSWERS = ("note", "group", "acknowledge")  # whatever becomes of them, no answer is lost
_HARMLESS_RULES = ("appearance", "parameters", "randomize")
_HARMLESS_SETTINGS = ("title", "default_language", "style", "audit", "instance_name")
_CHOICES = {"choice_renamed": LOSES, "choice_removed": CAREFUL, "choice_changed": CAREFUL}
_NAMED = re.compile(r"\$\{([^}]+)\}")


@dataclass(frozen=True)
class Difference:
    """One change.

    `weight`: loses (answers of before and after no longer meet), careful (another thing is asked or counted), harmless.
    `kind`: question_added, question_removed, question_renamed, question_moved, question_reordered, type_changed, rule_changed,
    words_changed, choice_added, choice_removed, choice_renamed, choice_relabelled, choice_changed,
    choice_illustrated, choices_reordered, choices_elsewhere, language_added, language_removed, setting_changed.
    `path` is the question's in the new version (of one that is gone: in the old), "" for the whole form; `also` are further
    questions that it holds for. `what` is the column, choice or setting, `language` that of changed words. `old` and `new`
    are None where there was or is nothing.
    """

    kind: str
    weight: str
    path: str = ""
    labels: Words = field(default_factory=dict)
    what: str = ""
    language: str = ""
    old: str | None = None
    new: str | None = None
    also: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


def differences(old: Outline, new: Outline) -> tuple[Difference, ...]:
    """Every change that publishing the new version makes; empty for the same form, whatever its version is called."""
    languages = old.languages & new.languages
    matching = match_questions(old.questions, new.questions, languages)
    names = {one.old.name: one.new.name for one in matching.pairs if one.how == "renamed"}
    place = {one.path: number for number, one in enumerate(new.questions)}
    found = [
        *(_gone(one) for one in matching.removed),
        *(Difference("question_added", HARMLESS, one.path, one.labels, new=one.kind) for one in matching.added),
        *_put_elsewhere(matching, new.questions, place),
        *(change for pair in matching.pairs for change in _changes_of(pair, languages, names)),
        *_merge(_choices_of(matching.pairs, languages)),
    ]
    found.sort(key=lambda one: place.get(one.path, -1))
    return (*_form_changes(old, new, names), *found)


def _gone(one: Question) -> Difference:
    return Difference("question_removed", _loss(one), one.path, one.labels, old=one.kind)


def _loss(one: Question, holds: bool = False) -> str:
    return HARMLESS if one.kind in WITHOUT_ANSWERS and not holds else LOSES


def _inside(group: Question, questions: Sequence[Question], at: int) -> Iterator[str]:
    """The paths of what is in a group that stands at `at`: in document order it follows at once."""
    for index in range(at + 1, len(questions)):
        if not questions[index].path.startswith(f"{group.path}/"):
            return
        yield questions[index].path


def _put_elsewhere(matching: Matching, new: Sequence[Question], place: Mapping[str, int]) -> Iterator[Difference]:
    """What was renamed or moved, groups with what is in them, and what only stands at another place among its neighbours."""
    for pair in matching.pairs:
        if pair.how in ("renamed", "moved"):
            inside = tuple(_inside(pair.new, new, place[pair.new.path]))
            before, now = (pair.old.name, pair.new.name) if pair.how == "renamed" else (pair.old.path, pair.new.path)
            base = Difference(f"question_{pair.how}", _loss(pair.new, bool(inside)), pair.new.path, pair.new.labels)
            yield replace(base, old=before, new=now, also=inside)
    beside: dict[str, list[Pair]] = {}
    for pair in matching.pairs:
        if pair.how != "moved":
            beside.setdefault(pair.new.parent, []).append(pair)
    for group in beside.values():
        for index in out_of_line([place[one.new.path] for one in group]):
            shifted = group[index].new
            yield Difference("question_reordered", HARMLESS, shifted.path, shifted.labels)


def _changes_of(pair: Pair, languages: Iterable[str], names: Mapping[str, str]) -> Iterator[Difference]:
    old, new = pair.old, pair.new
    base = Difference("", "", new.path, new.labels)
    if old.kind != new.kind:
        yield replace(base, kind="type_changed", weight=_loss(old), old=old.kind, new=new.kind)
    for what in dict.fromkeys([*old.rules, *new.rules]):
        before, after = _renamed_in(old.rules.get(what), names), new.rules.get(what)
        if before != after:
            weight = HARMLESS if what in _HARMLESS_RULES else CAREFUL
            yield replace(base, kind="rule_changed", weight=weight, what=what, old=before, new=after)
    for what in dict.fromkeys([*old.words, *new.words]):
        for language in sorted(languages, reverse=True):
            before = _renamed_in(old.words.get(what, {}).get(language), names)
            after = new.words.get(what, {}).get(language)
            if before != after:
                yield replace(
                    base, kind="words_changed", weight=HARMLESS, what=what, language=language, old=before, new=after
                )


def _renamed_in(text: str | None, names: Mapping[str, str]) -> str | None:
    """A rule or text as it would read if only names had changed: that is told once, where the question is."""
    return text and _NAMED.sub(lambda found: f"${{{names.get(found[1], found[1])}}}", text)


def _choices_of(pairs: Iterable[Pair], languages: Iterable[str]) -> Iterator[Difference]:
    known: dict[tuple[int, int], list[ChoiceChange]] = {}  # many questions share a list
    for old, new, _ in pairs:
        base = Difference("", "", new.path, new.labels)
        if old.options is None or new.options is None:
            before, after = old.options_from or None, new.options_from or None
            if before != after and old.kind == new.kind:
                yield replace(base, kind="choices_elsewhere", weight=CAREFUL, old=before, new=after)
            continue
        lists = (id(old.options), id(new.options))
        if lists not in known:
            known[lists] = list(choice_differences(old.options, new.options, languages))
        for one in known[lists]:
            weight = _CHOICES.get(one.kind, HARMLESS)
            named = replace(base, kind=one.kind, weight=weight, what=one.name, language=one.language)
            yield replace(named, old=one.old, new=one.new)


def _merge(changes: Iterable[Difference]) -> Iterator[Difference]:
    """Questions often share a list of choices: what changed in it is told once, with all of them."""
    alike: dict[tuple[object, ...], list[Difference]] = {}
    for one in changes:
        alike.setdefault((one.kind, one.what, one.language, one.old, one.new), []).append(one)
    for first, *others in alike.values():
        yield replace(first, also=tuple(one.path for one in others))


def _form_changes(old: Outline, new: Outline, names: Mapping[str, str]) -> Iterator[Difference]:
    for language in sorted(old.languages - new.languages):
        yield Difference("language_removed", CAREFUL, what=language, old=language)
    for language in sorted(new.languages - old.languages):
        yield Difference("language_added", HARMLESS, what=language, new=language)
    for what in dict.fromkeys([*old.settings, *new.settings]):
        before, after = _renamed_in(old.settings.get(what), names), new.settings.get(what)
        if before != after:
            weight = HARMLESS if what in _HARMLESS_SETTINGS else CAREFUL
            yield Difference("setting_changed", weight, what=what, old=before, new=after)
