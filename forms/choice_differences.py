"""What changed in a list of choices."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from forms.matching import out_of_line, words_in
from forms.question_choices import FILES
from forms.questions import Option


class ChoiceChange(NamedTuple):
    """One change. `name` is the choice's in the new list, of one that is gone in the old."""

    kind: str
    name: str = ""
    language: str = ""
    old: str | None = None
    new: str | None = None


def choice_differences(
    old: Sequence[Option], new: Sequence[Option], languages: Iterable[str]
) -> Iterator[ChoiceChange]:
    """Choices added, removed, renamed (another name under the same words), relabelled, changed in a column, reordered."""
    before, after = {one.name: one for one in old}, {one.name: one for one in new}
    languages = sorted(languages, reverse=True)
    free = {name: one for name, one in after.items() if name not in before}
    by_words = {words_in(one.labels, languages): name for name, one in free.items()}
    for name, one in before.items():
        if name in after:
            yield from _changes_of(one, after[name], languages)
            continue
        words = words_in(one.labels, languages)
        taken = by_words.pop(words, None) if words else None
        if taken is None:
            yield ChoiceChange("choice_removed", name, old=words_of(one))
        else:
            del free[taken]
            yield ChoiceChange("choice_renamed", taken, old=name, new=taken)
    yield from (ChoiceChange("choice_added", name, new=words_of(one)) for name, one in free.items())
    place = {name: number for number, name in enumerate(after)}
    if out_of_line([place[name] for name in before if name in place]):
        yield ChoiceChange("choices_reordered")


def words_of(one: Option) -> str:
    """The choice in every language that it has, Chinese first."""
    return " / ".join(one.labels[language] for language in sorted(one.labels, reverse=True)) or one.name


def _changes_of(old: Option, new: Option, languages: Iterable[str]) -> Iterator[ChoiceChange]:
    for language in languages:
        before, after = old.labels.get(language), new.labels.get(language)
        if before != after:
            yield ChoiceChange("choice_relabelled", new.name, language, before, after)
    for column in dict.fromkeys([*old.columns, *new.columns]):
        before, after = old.columns.get(column), new.columns.get(column)
        if before != after:
            kind = "choice_illustrated" if column in FILES else "choice_changed"
            yield ChoiceChange(kind, f"{new.name}.{column}", "", before, after)
