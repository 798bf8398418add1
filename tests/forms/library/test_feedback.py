"""F9 as it is filled in: nobody is named, every question may be skipped, and a hard answer has its kind word at once."""

import pytest

from forms.library import read_library_form
from forms.media import MediaNeed
from forms.xform import XForm, read_xform
from tests.forms.library.filling import Filled, Phone, day, empty, make_pocket

FORM = "feedback"
ALONE = {"way": "self", "privacy_now": "alone"}
STARS = {"sat_overall", "sat_respect", "sat_wait", "sat_info", "sat_privacy"}
OF_A_SERVICE = {"service_type", "charged", "know_ok", *STARS}
OF_EVERYBODY = {"who", "felt_pressured", "told_others", "against", "text", "want_reply"}
WHO_AND_WHEN = {"today", "clinic_phones", "clinic_phones_en", "police", "way", "open", "asks_service"}
KNOW = {f"know_{number}" for number in range(1, 6)}
RIGHT = {"know_1": "yes", "know_2": "herself", "know_3": "before_13", "know_4": "at_once", "know_5": "before"}


def fill(phone: Phone, **answers: object) -> Filled:
    return phone.fill(FORM, make_pocket(), {**ALONE, **answers})


def refused(phone: Phone, **answers: object) -> list[str]:
    return phone.refuses(FORM, make_pocket(), {**ALONE, **answers})


@pytest.fixture(scope="module")
def form() -> XForm:
    return read_xform(read_library_form(FORM))


def test_it_writes_to_no_list_and_needs_the_towns_clinics_and_hotlines_alone(form: XForm) -> None:
    assert form.datasets == []
    assert [one for one in form.media if one.type == "file"] == [
        MediaNeed("clinics.csv", "file"),
        MediaNeed("hotlines.csv", "file"),
    ]


def test_every_question_of_the_brief_is_there(form: XForm) -> None:
    brief = {"felt_pressured", "charged", "told_others", "text", "want_reply", "reply_channel", "against", "who"}
    names = [field.name for field in form.schema.fields]

    assert brief | STARS | KNOW | {"service_type"} <= set(names)
    assert len(names) == len(set(names))


def test_nothing_in_it_tells_whose_phone_or_which_minute_it_was(form: XForm, phone: Phone) -> None:
    names = {field.name for field in form.schema.fields}
    filled = fill(phone, who="client")

    assert names.isdisjoint({"start", "end", "deviceid", "audit", "me", "village_code", "visit_key", "username"})
    assert form.schema.geo_fields() == []
    assert filled.values["today"] == day(0)
    assert b"collect:test" not in filled.xml and b"audit.csv" not in filled.xml


def test_a_record_leaves_the_phone_that_was_handed_over(form: XForm) -> None:
    xml = read_library_form(FORM)

    assert b'auto-send="true"' in xml and b'auto-delete="true"' in xml
    assert b"client-editable" not in xml


def test_all_but_how_it_is_filled_in_may_be_skipped(phone: Phone) -> None:
    filled = fill(phone)

    assert filled.shown >= OF_EVERYBODY | OF_A_SERVICE
    assert {filled.values[name] for name in OF_EVERYBODY | OF_A_SERVICE} == {""}
    assert read_library_form(FORM).count(b'required="true()"') == 2


@pytest.mark.parametrize("answers", [{"way": "read"}, {"privacy_now": "others_ok"}, {"way": "paper"}])
def test_each_way_to_fill_it_in_opens_the_questions(phone: Phone, answers: dict[str, str]) -> None:
    shown, on_paper = fill(phone, **answers).shown, answers.get("way") == "paper"

    assert shown >= OF_EVERYBODY | OF_A_SERVICE
    assert ("paper_code" in shown, "privacy_now" in shown) == (on_paper, not on_paper)


@pytest.mark.parametrize("way", ["self", "read"])
def test_where_it_is_not_private_nothing_is_asked_and_other_ways_are_named(phone: Phone, way: str) -> None:
    filled = fill(phone, way=way, privacy_now="not_private", felt_pressured="yes", text="不该留下")

    assert filled.shown == WHO_AND_WHEN | {"privacy_now", "intro_note", "not_private_note"}
    assert "不该留下" not in filled.xml.decode()


def test_a_paper_form_is_entered_without_the_question_of_privacy(phone: Phone) -> None:
    filled = fill(phone, way="paper", paper_code="P-0231", felt_pressured="no")

    assert (filled.values["paper_code"], filled.values["felt_pressured"]) == ("P-0231", "no")
    assert filled.shown.isdisjoint({"privacy_now", "not_private_note", "thanks_note"})
    assert "thanks_note" in fill(phone).shown


@pytest.mark.parametrize("code", ["P-1", "p-0231", "P 0231", "P-02310000001"])
def test_a_code_that_no_paper_form_has_is_not_taken(phone: Phone, code: str) -> None:
    assert refused(phone, way="paper", paper_code=code) == ["paper_code"]


@pytest.mark.parametrize("code", ["0231", "P-0231000000"])
def test_the_shortest_and_the_longest_code_are_taken(phone: Phone, code: str) -> None:
    assert fill(phone, way="paper", paper_code=code).values["paper_code"] == code


@pytest.mark.parametrize("who", ["client", "household", "other", None])
def test_who_had_a_service_is_asked_how_it_was(phone: Phone, who: str | None) -> None:
    assert fill(phone, who=who).shown >= OF_EVERYBODY | OF_A_SERVICE


def test_a_worker_is_asked_about_pressure_and_not_how_the_service_was(phone: Phone) -> None:
    shown = fill(phone, who="worker", know_ok="yes").shown

    assert shown >= OF_EVERYBODY
    assert shown.isdisjoint(OF_A_SERVICE | KNOW | {"know_right", "know_note"})


@pytest.mark.parametrize("stars", ["1", "5", "prefer_not"])
def test_satisfaction_goes_from_one_to_five_or_is_not_told(phone: Phone, stars: str) -> None:
    filled = fill(phone, **dict.fromkeys(STARS, stars))

    assert {filled.values[name] for name in STARS} == {stars}


@pytest.mark.parametrize("stars", ["0", "6"])
def test_there_is_no_other_number_of_satisfaction(phone: Phone, stars: str) -> None:
    assert fill(phone, sat_overall=stars).values["sat_overall"] == ""


HARD = {"felt_pressured": "pressured_note", "charged": "charged_note", "told_others": "told_note"}


@pytest.mark.parametrize("question", HARD)
@pytest.mark.parametrize("answer", ["yes", "no", "unknown", "prefer_not"])
def test_a_hard_answer_has_its_word_on_the_same_page_and_no_other_has(phone: Phone, question: str, answer: str) -> None:
    filled = fill(phone, **{question: answer})

    assert filled.values[question] == answer
    assert filled.shown & set(HARD.values()) == ({HARD[question]} if answer == "yes" else set())


def test_who_was_pressed_reads_whom_to_call_without_any_network(form: XForm) -> None:
    words = [one.text for one in form.phrases if "/pressured_note" in one.where]

    assert len(words) == 2
    for text in words:
        assert "color:#c62828" in text and "[${police}](tel:${police})" in text and "clinic_phones" in text


@pytest.mark.parametrize("against", ["worker", "supervisor", "office", "system"])
def test_it_is_said_who_will_not_see_it(phone: Phone, against: str) -> None:
    notes = {f"against_{one}_note" for one in ("worker", "supervisor", "office", "system")}

    assert fill(phone, against=against).shown & notes == {f"against_{against}_note"}
    assert fill(phone).shown & notes == set()
    assert fill(phone, against=against, felt_pressured="yes").shown & notes == set(), "then it is the rights officer's"


def test_a_worker_can_complain_about_a_supervisor(phone: Phone) -> None:
    filled = fill(phone, who="worker", felt_pressured="yes", against="supervisor", text="要我去劝人")

    assert (filled.values["against"], filled.values["felt_pressured"]) == ("supervisor", "yes")
    assert filled.values["text"] == "要我去劝人"


def test_the_five_questions_are_asked_only_of_who_is_willing(phone: Phone) -> None:
    for answer in ("no", None):
        assert fill(phone, know_ok=answer, **RIGHT).shown.isdisjoint(KNOW | {"know_right", "know_note"})
    assert fill(phone, know_ok="yes").shown >= KNOW | {"know_note"}


@pytest.mark.parametrize("question", sorted(KNOW))
def test_each_right_answer_counts_one_and_another_or_none_counts_nothing(phone: Phone, question: str) -> None:
    assert fill(phone, know_ok="yes", **RIGHT).values["know_right"] == "5"
    assert fill(phone, know_ok="yes", **{**RIGHT, question: "unknown"}).values["know_right"] == "4"
    assert fill(phone, know_ok="yes", **{question: RIGHT[question]}).values["know_right"] == "1"
    assert fill(phone, know_ok="yes").values["know_right"] == "0"


def test_how_to_reach_somebody_is_asked_only_of_who_wants_a_reply(phone: Phone) -> None:
    asked, not_asked = fill(phone, want_reply="yes", reply_channel="微信 lan"), fill(phone, want_reply="no")

    assert asked.values["reply_channel"] == "微信 lan"
    assert "no_channel_note" not in asked.shown
    assert not_asked.shown.isdisjoint({"reply_channel", "no_channel_note"})
    assert "no_channel_note" in fill(phone, want_reply="yes").shown


@pytest.mark.parametrize(
    ("name", "length", "taken"),
    [
        ("text", 1000, True),
        ("text", 1001, False),
        ("reply_channel", 1, False),
        ("reply_channel", 2, True),
        ("reply_channel", 100, True),
        ("reply_channel", 101, False),
    ],
)
def test_words_have_a_length_that_is_taken(phone: Phone, name: str, length: int, taken: bool) -> None:
    assert refused(phone, want_reply="yes", **{name: "话" * length}) == ([] if taken else [name])


def test_without_a_number_of_a_clinic_it_says_so(phone: Phone) -> None:
    none = make_pocket().with_rows("clinics", empty(("name", "label", "phone")))
    filled = phone.fill(FORM, none, {**ALONE, "felt_pressured": "yes"})

    assert filled.values["clinic_phones"] == "（镇里还没有填）"
    assert filled.values["clinic_phones_en"] == "(not filled in yet)"


def test_whom_to_call_in_danger_is_the_towns_list_and_the_countrys_number_where_that_is_empty(phone: Phone) -> None:
    own = make_pocket().with_rows("hotlines", [{"name": "police", "label": "派出所", "phone": "0825-5550110"}])

    told = [phone.fill(FORM, on, {**ALONE, "felt_pressured": "yes"}).values["police"] for on in (own, make_pocket())]

    assert told == ["0825-5550110", "110"]
