"""F12 step by step: which answers it takes, what is checked with the money, and when a case is over."""

import pytest

from tests.forms.library.benefits import FORM, GOES_ON, NEW, fill, known, pocket
from tests.forms.library.filling import Phone, begun_earlier, day

STEPS = ("asked", "docs_ok", "submitted", "approved", "paid", "problem")
OF_MONEY = {"amount_ok", "renewal_date"}


@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_written_and_asks_what_belongs_to_it(phone: Phone, step: str) -> None:
    filled = fill(phone, **{**NEW, "step": step})

    assert filled.act().properties["step"] == step
    assert filled.shown & OF_MONEY == (OF_MONEY if step in ("approved", "paid") else set())
    assert ("problem" in filled.shown, "problem_note" in filled.shown) == (step == "problem",) * 2


@pytest.mark.parametrize(("distance", "taken"), [(0, True), (1, False), (-365, True), (-366, False)])
def test_a_step_is_of_today_or_of_the_last_year(phone: Phone, distance: int, taken: bool) -> None:
    filled = fill(phone, **{**NEW, "step_date": day(distance)})

    assert filled.refused == ([] if taken else ["step_date"])


def test_the_day_is_today_until_another_is_given(phone: Phone) -> None:
    answers = {name: value for name, value in NEW.items() if name != "step_date"}

    assert fill(phone, **answers).values["step_date"] == day(0)


@pytest.mark.parametrize(("distance", "asked"), [(-21, True), (-20, False), (0, False)])
def test_a_step_before_the_one_that_is_known_is_asked_about_and_taken(phone: Phone, distance: int, asked: bool) -> None:
    filled = fill(phone, known(), **{**GOES_ON, "step": "approved", "step_date": day(distance)})

    assert ("order_note" in filled.shown) is asked
    assert filled.act().properties["step_date"] == day(distance)


@pytest.mark.parametrize("answer", ["yes", "no", "unknown", None])
def test_a_wrong_person_or_amount_is_told_in_words_and_is_the_towns_to_mend(phone: Phone, answer: str | None) -> None:
    filled = fill(phone, **{**NEW, "step": "paid"}, amount_ok=answer, problem="名字写错了")

    assert ("amount_note" in filled.shown) is (answer == "no")
    assert filled.values.get("problem") == ("名字写错了" if answer == "no" else None)


@pytest.mark.parametrize(
    ("step", "amount", "renewal", "before", "status"),
    [
        ("paid", "yes", None, "", "done"),
        ("paid", "unknown", None, "", "done"),
        ("paid", None, None, "", "done"),
        ("paid", "no", None, "", "open"),
        ("paid", "yes", day(300), "", "open"),
        ("paid", "yes", None, day(30), "open"),
        ("approved", "yes", None, "", "open"),
        ("problem", None, None, "", "open"),
    ],
)
def test_a_case_is_over_when_it_is_rightly_paid_and_no_renewal_is_to_come(
    phone: Phone, step: str, amount: str | None, renewal: str | None, before: str, status: str
) -> None:
    filled = fill(phone, known(renewal_date=before), **GOES_ON, step=step, amount_ok=amount, renewal_date=renewal)

    assert filled.act().properties["status"] == status
    assert ("done_note" in filled.shown) is (status == "done")


def test_a_renewal_is_written_and_a_blank_leaves_the_one_that_was_known(phone: Phone) -> None:
    on = known(renewal_date=day(30))

    assert fill(phone, on, **GOES_ON, step="paid", renewal_date=day(365)).act().properties["renewal_date"] == day(365)
    assert "renewal_date" not in fill(phone, on, **GOES_ON, step="paid").act().properties


@pytest.mark.parametrize(("distance", "taken"), [(0, False), (1, True), (731, True), (732, False)])
def test_a_renewal_is_to_come_within_two_years(phone: Phone, distance: int, taken: bool) -> None:
    filled = fill(phone, **{**NEW, "step": "approved"}, renewal_date=day(distance))

    assert filled.refused == ([] if taken else ["renewal_date"])


def test_a_correction_keeps_a_renewal_that_has_come_meanwhile(phone: Phone) -> None:
    first = begun_earlier(fill(phone, **{**NEW, "step": "approved"}, renewal_date=day(3)), 10)

    again = phone.fill(FORM, pocket(), {"amount_ok": "yes"}, edit=first, leave_prefilled=True)

    assert (again.refused, again.values["renewal_date"]) == ([], day(-7))


@pytest.mark.parametrize(
    ("words", "taken"),
    [
        ("话" * 300, True),
        ("话" * 301, False),
        ("请打 13800138000", True),
        ("卡号 622202000123", False),
        ("号码 6222 0200 0123", False),
        ("第一行\n6222-0200-0123\n第三行", False),
    ],
)
def test_what_is_wrong_is_told_shortly_and_without_numbers_of_papers_or_cards(
    phone: Phone, words: str, taken: bool
) -> None:
    filled = fill(phone, **{**NEW, "step": "problem"}, problem=words)

    assert filled.refused == ([] if taken else ["problem"])
