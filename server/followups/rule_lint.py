"""The rights linter for rule files: what no follow-up may be about, and nothing that makes her choice a task.

Domain.md 6.5. A rule is data that sends people to women's doors; nothing in it can be waived. The words are those of
forms (forms/lint_terms.py).
"""

from collections.abc import Iterator
from typing import Any, Final

from forms.lint import terms_in
from forms.lint_terms import CHOICE_AS_A_TASK, Rule
from server.followups.rule_fields import RuleInvalid

ANSWER_FIELDS: Final = ("by", "before_open")
CHOICE_FIELDS: Final = frozenset(
    ["requires", "required", "until_answer", "done_when", "answer_is", "method_is", "choice", "target", "quota", "goal"]
)
"""How a task could be made to wait for what she answers. None of them is a field of ours; they are named to be refused
with the reason."""


def refuse_red_lines(table: dict[str, Any], text: str, file: str) -> None:
    """Raises RuleInvalid for the first red line, with its line in the file and the reason in both languages."""
    for field, found, rule in _findings(table, ""):
        line = line_of(text, found)
        reason = f"{found} ({'line ' + str(line) if line else field}): {rule.reason_zh} / {rule.reason_en}"
        raise RuleInvalid(file=file, field=field, reason=reason, line=line, term=found)


def _findings(value: Any, path: str) -> Iterator[tuple[str, str, Rule]]:
    """(field, what was found, the rule that it breaks), in the file's order."""
    if isinstance(value, str):
        yield from ((path, term, rule) for term, rule in terms_in(value) if rule.severity == "forbidden")
    elif isinstance(value, list):
        for at, one in enumerate(value, 1):
            yield from _findings(one, f"{path}.{at}")
    elif isinstance(value, dict):
        for name, inner in value.items():
            field = f"{path}.{name}" if path else name
            if makes_a_choice_a_task(path, name):
                yield field, name, CHOICE_AS_A_TASK
            yield from ((field, term, rule) for term, rule in terms_in(name) if rule.severity == "forbidden")
            yield from _findings(inner, field)


def makes_a_choice_a_task(path: str, name: str) -> bool:
    return name in CHOICE_FIELDS or (path == "answer" and name not in ANSWER_FIELDS)


def line_of(text: str, found: str) -> int | None:
    """The first line that holds what was found, counted from 1; None where marks stand between its letters."""
    at = text.find(found)
    return text.count("\n", 0, at) + 1 if at >= 0 else None
