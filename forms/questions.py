"""A form definition as its author sees it: each question with its kind, its words in each language, its rules and choices.

`forms.schema` says what answers look like; this says everything that an edit of the form can change. `reading_questions`
makes it of an XForm.
"""

from dataclasses import dataclass, field

Words = dict[str, str]  # by language


@dataclass(frozen=True)
class Option:
    """One choice: what is stored, how it reads, and its further columns, by which a filter may choose."""

    name: str
    labels: Words
    columns: Words = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """One row of the survey that has a name. `kind` is the XLSForm's word, such as integer, select_one, note or group.

    `words`: what people read, by column (label, hint, constraint_message, image, …) and language. `rules`: what phones go
    by (relevant, constraint, calculation, required, choice_filter, default, …), with `${name}` for other questions.
    `options` is None where the form itself lists none; `options_from` is the list or file that they come from.
    """

    path: str
    name: str
    kind: str
    words: dict[str, Words] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    options: tuple[Option, ...] | None = None
    options_from: str = ""

    @property
    def labels(self) -> Words:
        return self.words.get("label", {})

    @property
    def parent(self) -> str:
        return self.path.rpartition("/")[0]


@dataclass(frozen=True)
class Outline:
    """A whole form, its questions in document order; `settings` are what holds for all of it, by name."""

    questions: tuple[Question, ...]
    settings: dict[str, str]
    languages: frozenset[str]
