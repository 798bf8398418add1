"""F10 as a worker fills it: twenty questions of five points, four that must be right, and a retake without a hard word."""

import re
import uuid

import pytest

from forms.library import read_library_form
from forms.media import MediaNeed
from forms.xform import XForm, read_xform
from tests.forms.library.filling import NO_VISITS, Filled, Phone, Pocket, day, due_row, entity, make_pocket

FORM = "training_quiz"
ME, COLLEAGUE = (str(uuid.UUID(int=number, version=4)) for number in (71, 72))
RIGHT = dict(zip([f"q{number:02d}" for number in range(1, 21)], "bacbcabcabbcacbacbac", strict=True))
RESULTS = {"pass_note", "retake_note", "critical_note", "coaching_note"}
ABOUT = {"visit_date": day(0), "session": "first", "lang": "zh"}
TOPICS = [
    "同意的说明",
    "危险信号",
    "私密",
    "打晚了的针",
    "孕周和产检",
    "叶酸",
    "意见与投诉",
    "我们不做的事",
    "照实填写",
    "手机",
]


def another(answer: str) -> str:
    return "b" if answer == "a" else "a"


def wrong(*names: str) -> dict[str, str]:
    """All answers right but these."""
    return RIGHT | {name: another(RIGHT[name]) for name in names}


def points(score: int) -> dict[str, str]:
    """Answers of so many points; what is wrong lies at the end."""
    names = list(RIGHT)
    return wrong(*names[score // 5 :])


def pocket(*due: dict[str, str], worker: str = ME, **mine: str) -> Pocket:
    workers = [entity(ME, "赵秀兰", **mine), entity(COLLEAGUE, "何医生", fails="7")]
    on = make_pocket(*due, workers=workers)
    return on.with_rows("me", [{**on.files["me"][0], "worker": worker}])


def asks_for(points: str) -> Pocket:
    """A phone whose town has written its own mark into the list of thresholds."""
    return pocket().with_rows("thresholds", [{"name": "quiz_pass", "label": "测验", "value": points}])


def fill(phone: Phone, answers: dict[str, str], on: Pocket | None = None, **more: object) -> Filled:
    return phone.fill(FORM, on or pocket(), {**ABOUT, **answers, **more})


@pytest.fixture(scope="module")
def form() -> XForm:
    return read_xform(read_library_form(FORM))


def test_it_updates_workers_and_nothing_else(form: XForm) -> None:
    (use,) = form.datasets

    assert (use.name, use.creates, use.updates, use.entities_version) == ("workers", False, True, "2024.1.0")
    assert set(use.properties) == {"score", "passed", "fails", "retake_due", "quiz_on", "certificate_expiry"}
    needs = ("me", "workers", "due_visits", "thresholds")
    assert set(form.media) == {MediaNeed(f"{name}.csv", "file") for name in needs}


def test_every_question_of_the_brief_is_there(form: XForm) -> None:
    brief = {"worker", "session", "lang", "score", "pass", "fails", "retake_due", "certificate_expiry", "visit_key"}
    names = [field.name for field in form.schema.fields]

    assert brief | RIGHT.keys() <= set(names)
    assert len(names) == len(set(names))


def test_each_question_has_three_different_answers_in_both_languages(form: XForm) -> None:
    asked = [field for field in form.schema.fields if field.name in RIGHT]

    assert len(asked) == 20
    for field in asked:
        choices = field.choices or ()
        assert [one.name for one in choices] == ["a", "b", "c"]
        for language in ("zh", "en"):
            assert len({one.labels[language] for one in choices}) == 3
    assert {answer: list(RIGHT.values()).count(answer) for answer in "abc"} == {"a": 6, "b": 7, "c": 7}


def test_all_right_is_a_hundred_and_a_pass(phone: Phone) -> None:
    filled = fill(phone, RIGHT)
    act = filled.act()

    assert (act.dataset, act.uuid, act.create, act.update, act.label) == ("workers", ME, False, True, "")
    assert act.properties == {"score": "100", "passed": "1", "fails": "0", "retake_due": "", "quiz_on": day(0)}
    assert filled.shown & RESULTS == {"pass_note"}
    assert (filled.values["again_zh"], filled.values["again_en"]) == ("", "")
    assert "again_note" not in filled.shown


@pytest.mark.parametrize("name", RIGHT)
def test_each_question_is_worth_five_points_and_the_first_four_must_be_right(phone: Phone, name: str) -> None:
    filled = fill(phone, wrong(name))

    assert filled.values["score"] == "95"
    assert filled.values["pass"] == ("0" if name in ("q01", "q02", "q03", "q04") else "1")
    assert filled.values["again_zh"] == TOPICS[(int(name[1:]) - 1) // 2] + "；"
    assert filled.values["again_en"].count(";") == 1


@pytest.mark.parametrize(
    ("answers", "score", "note"),
    [
        (points(60), "60", "pass_note"),
        (points(55), "55", "retake_note"),
        (points(20), "20", "retake_note"),
        (points(0), "0", "retake_note"),
        (wrong("q01"), "95", "critical_note"),
        (wrong("q04", "q20"), "90", "critical_note"),
        (wrong("q02", *list(RIGHT)[13:]), "60", "critical_note"),
        (wrong("q02", *list(RIGHT)[12:]), "55", "retake_note"),
    ],
)
def test_sixty_with_the_first_four_right_is_a_pass(
    phone: Phone, answers: dict[str, str], score: str, note: str
) -> None:
    filled = fill(phone, answers)
    passed = note == "pass_note"

    assert (filled.values["score"], filled.shown & RESULTS) == (score, {note})
    assert (filled.values["pass"], filled.act().properties["passed"]) == (("1", "1") if passed else ("0", "0"))
    assert filled.values["retake_due"] == ("" if passed else day(14))
    assert "again_note" in filled.shown


@pytest.mark.parametrize(
    ("answers", "note"),
    [
        (points(80), "pass_note"),
        (points(75), "retake_note"),
        (wrong("q01", *list(RIGHT)[17:]), "critical_note"),
        (wrong("q01", *list(RIGHT)[16:]), "retake_note"),
    ],
)
def test_a_town_that_asks_for_more_than_sixty_is_heard(phone: Phone, answers: dict[str, str], note: str) -> None:
    filled = fill(phone, answers, asks_for("80"))

    assert filled.shown & RESULTS == {note}
    assert filled.values["pass_from"] == "80"
    assert filled.act().properties["passed"] == ("1" if note == "pass_note" else "0")


def test_the_mark_is_that_of_the_day_of_the_quiz_when_the_town_asks_for_more_since(phone: Phone) -> None:
    first = fill(phone, points(60))

    again = phone.fill(FORM, asks_for("80"), {"lang": "en"}, edit=first, leave_prefilled=True)

    assert (again.values["pass_from"], again.act().properties["passed"]) == ("60", "1")


def test_a_retake_is_counted_from_the_day_of_the_quiz(phone: Phone) -> None:
    properties = fill(phone, points(55), visit_date=day(-5)).act().properties

    assert (properties["quiz_on"], properties["retake_due"]) == (day(-5), day(9))


@pytest.mark.parametrize(
    ("before", "answers", "after", "coached"),
    [
        ("", points(55), "1", False),
        ("0", points(55), "1", False),
        ("1", points(55), "2", True),
        ("2", wrong("q01"), "3", True),
        ("2", RIGHT, "0", False),
    ],
)
def test_tries_are_counted_until_a_pass_and_from_the_second_somebody_helps(
    phone: Phone, before: str, answers: dict[str, str], after: str, coached: bool
) -> None:
    filled = fill(phone, answers, pocket(fails=before))

    assert filled.act().properties["fails"] == after
    assert ("coaching_note" in filled.shown) is coached


def test_a_correction_does_not_count_a_try_twice(phone: Phone) -> None:
    first = fill(phone, points(55), pocket(fails="1"))

    again = phone.fill(FORM, pocket(fails="2"), {"q13": "b"}, edit=first, leave_prefilled=True)

    assert (first.act().properties["fails"], again.act().properties["fails"]) == ("2", "2")
    assert (again.act().uuid, again.values["score"]) == (ME, "55")


@pytest.mark.parametrize("worker", ["", str(uuid.UUID(int=79, version=4))], ids=["nobody", "not in the list"])
def test_where_nobody_is_known_to_carry_the_phone_nothing_is_asked(phone: Phone, worker: str) -> None:
    filled = fill(phone, RIGHT, pocket(worker=worker), certificate_expiry=day(9))

    assert "not_known_note" in filled.shown
    assert filled.shown.isdisjoint(RIGHT.keys() | RESULTS | {"session", "score", "certificate_expiry", "intro_note"})
    assert filled.acts == []


def test_nobody_is_put_beside_anybody(form: XForm) -> None:
    words = " ".join(one.text for one in form.phrases)
    rows = re.findall(r"instance\('workers'\)/root/item\[([^\]]*)\]", read_library_form(FORM).decode())

    assert not re.search("排名第|末位|罚|处分|通报|不合格", words)
    assert {row.replace(" ", "") for row in rows} == {"name=/data/worker"}, "the carrier's own row alone"


def test_an_answer_that_is_missing_is_asked_for(phone: Phone) -> None:
    partly = {name: answer for name, answer in RIGHT.items() if name != "q20"}
    filled = phone.fill(FORM, pocket(), {**ABOUT, **partly}, leave_prefilled=True)

    assert "score" not in filled.shown and filled.acts == []
    assert read_library_form(FORM).count(b'required="true()"') == 22


@pytest.mark.parametrize(("distance", "taken"), [(0, True), (1, False), (-365, True), (-366, False)])
def test_it_is_of_today_or_of_the_last_year(phone: Phone, distance: int, taken: bool) -> None:
    found = phone.refuses(FORM, pocket(), {**ABOUT, **RIGHT, "visit_date": day(distance)})

    assert found == ([] if taken else ["visit_date"])


@pytest.mark.parametrize(
    ("distance", "taken"), [(-3650, True), (-3651, False), (7305, True), (7306, False), (400, True)]
)
def test_a_certificate_ends_within_what_can_be(phone: Phone, distance: int, taken: bool) -> None:
    filled = phone.refuses(FORM, pocket(), {**ABOUT, **RIGHT, "certificate_expiry": day(distance)})

    assert filled == ([] if taken else ["certificate_expiry"])


@pytest.mark.parametrize(("distance", "noted"), [(-1, True), (0, False)])
def test_a_certificate_that_has_run_out_is_told(phone: Phone, distance: int, noted: bool) -> None:
    filled = fill(phone, RIGHT, certificate_expiry=day(distance))

    assert filled.act().properties["certificate_expiry"] == day(distance)
    assert ("expired_note" in filled.shown) is noted


def test_a_blank_certificate_leaves_the_day_that_was_known(phone: Phone) -> None:
    assert "certificate_expiry" not in fill(phone, RIGHT, pocket(certificate_expiry=day(90))).act().properties


def test_a_retake_that_is_due_is_answered_by_its_key(phone: Phone) -> None:
    on = pocket(due_row(FORM, ME, -3, "late", "workers"), due_row("household_visit", ME, -3, "other", "households"))
    first = fill(phone, RIGHT, on, due_overdue="late", session="retake")
    again = phone.fill(FORM, on.with_rows("due_visits", NO_VISITS), {"lang": "en"}, edit=first, leave_prefilled=True)

    assert (first.values["visit_key"], again.values["visit_key"]) == ("late", "late")
    assert fill(phone, RIGHT, on, due_overdue="other").values["due_overdue"] == ""
    assert "due_open" not in fill(phone, RIGHT).shown


def test_the_name_of_a_record_is_its_day_alone(phone: Phone) -> None:
    assert f"<instanceName>{day(0)}</instanceName>".encode() in fill(phone, RIGHT).xml
