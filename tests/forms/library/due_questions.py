"""What holds of the page of due visits in every form that has it: checks that each form's own tests ask by name."""

from typing import Protocol

from tests.forms.library.filling import LI, WANG, Filled, Phone, Pocket, due_row


class Maker(Protocol):
    """A form's module of makers: `pocket` is a phone with WANG and LI on it, whom the form may be about."""

    FORM: str

    def pocket(self, *due: dict[str, str]) -> Pocket: ...

    def fill(self, phone: Phone, on: Pocket | None = None, **answers: object) -> Filled: ...


def check_overdue_stand_apart(phone: Phone, of: Maker) -> None:
    """Overdue visits have a question of their own, and visits for another form none."""
    due = of.pocket(
        due_row(of.FORM, WANG, -3, "late"), due_row(of.FORM, LI, 5, "now"), due_row("woman_consent", LI, -3, "other")
    )

    shown = of.fill(phone, due, due_overdue="late", due_open="now")
    crossed = of.fill(phone, due, due_overdue="now", due_open="other")

    assert (shown.values["due_overdue"], shown.values["due_open"]) == ("late", "now")
    assert (crossed.values["due_overdue"], crossed.values["due_open"]) == ("", "")
    assert not of.fill(phone, of.pocket(due_row("woman_consent", WANG, -3))).shown & {"due_overdue", "due_open"}


def check_no_key_without_a_visit(phone: Phone, of: Maker, chosen: str, whose: str, privacy: str) -> None:
    """A visit that could not take place carries no key; `chosen` is the question that the due visit answered with `whose`."""
    due = of.pocket(due_row(of.FORM, WANG, -3, "the key"))
    filled = phone.fill(of.FORM, due, {"due_overdue": "the key", "privacy_now": privacy}, leave_prefilled=True)

    assert filled.values[chosen] == whose
    assert "visit_key" not in filled.shown
