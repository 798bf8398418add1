from forms.schema import Choice, Field, FormSchema
from server.web.pages.answers import Answer, Words, chosen_entities, list_answers

ZH = Words("zh", lambda day: f"{day.month}月{day.day}日", {"villages.csv": {"01": "石桥村"}})
YES_NO = (Choice("yes", {"zh": "是", "en": "Yes"}), Choice("no", {"zh": "否", "en": "No"}))


def a_schema(*fields):
    return FormSchema(tuple(fields))


def lines(schema, values, before=None, words=ZH):
    return [(one.label, one.value, one.before) for one in list_answers(schema, values, before, words)]


def test_choices_read_as_their_labels_in_the_readers_language():
    schema = a_schema(Field("ok", "/ok", "string", labels={"zh": "同意吗", "en": "Consent"}, choices=YES_NO))
    assert lines(schema, {"ok": "yes"}) == [("同意吗", "是", None)]
    assert lines(schema, {"ok": "no"}, words=Words("en")) == [("Consent", "No", None)]
    assert lines(schema, {"ok": "perhaps"}) == [("同意吗", "perhaps", None)]


def test_several_choices_are_told_one_by_one():
    field = Field("s", "/s", "string", select_multiple=True, labels={"zh": "哪些"}, choices=YES_NO)
    assert lines(a_schema(field), {"s": "yes no"}) == [("哪些", "是、否", None)]


def test_codes_from_a_file_read_as_names_and_dates_and_points_as_people_write_them():
    schema = a_schema(
        Field("v", "/v", "string", labels={"zh": "村"}, choices_from="villages.csv"),
        Field("d", "/d", "date", labels={"zh": "日期"}),
        Field("p", "/p", "geopoint", labels={"zh": "位置"}),
    )
    values = {"v": "01", "d": "2026-11-24", "p": "30.2705641 104.9807354 0 4.5"}
    assert [value for _, value, _ in lines(schema, values)] == ["石桥村", "11月24日", "30.27056, 104.98074 ± 4 m"]
    odd = {"v": "02", "d": "soon", "p": "nowhere at all"}
    assert [value for _, value, _ in lines(schema, odd)] == ["02", "soon", "nowhere at all"]


def test_what_was_not_answered_is_left_out_and_what_was_taken_back_is_shown():
    schema = a_schema(Field("a", "/a", "string", labels={"zh": "甲"}), Field("b", "/b", "string", labels={"zh": "乙"}))
    assert lines(schema, {"a": None, "b": ""}) == []
    assert lines(schema, {"a": "x", "b": ""}, {"a": "x", "b": "y"}) == [("甲", "x", None), ("乙", "", "y")]


def test_groups_are_walked_and_rows_of_a_repeat_are_numbered():
    schema = a_schema(
        Field("g", "/g", "structure"),
        Field("a", "/g/a", "string", labels={"zh": "甲"}),
        Field("m", "/m", "repeat", labels={"zh": "成员"}),
        Field("n", "/m/n", "string", labels={"zh": "名"}),
        Field("meta", "/meta", "structure"),
        Field("instanceID", "/meta/instanceID", "string"),
    )
    values = {"g": {"a": "1"}, "m": [{"n": "x"}, {"n": "y"}], "meta": {"instanceID": "uuid:1"}}
    assert [label for label, *_ in lines(schema, values)] == ["甲", "成员 1 · 名", "成员 2 · 名"]


def test_values_of_the_wrong_shape_are_no_error():
    schema = a_schema(Field("g", "/g", "structure"), Field("a", "/g/a", "string"), Field("m", "/m", "repeat"))
    assert list_answers(schema, {"g": "text", "m": "text"}, {"g": [], "m": 1}, ZH) == []
    assert Answer("a", "b").before is None


def test_what_the_phone_worked_out_by_itself_is_not_shown():
    schema = a_schema(
        Field("taken", "/taken", "string"),
        Field("a", "/a", "string", labels={"zh": "甲"}),
        Field("photo", "/photo", "binary", binary=True),
    )
    found = lines(schema, {"taken": "0", "a": "x", "photo": "1.jpg"})
    assert [label for label, *_ in found] == ["甲", "photo"]


def test_a_chosen_household_reads_as_its_label_and_is_asked_for_once():
    key = "cb04fe5c-93f7-423a-bc54-63441a579693"
    schema = a_schema(Field("household", "/household", "string", labels={"zh": "家庭"}, choices_from="households.csv"))
    assert chosen_entities(schema, {"household": key}, {"household": key}) == [key]
    assert chosen_entities(schema, {"household": "no uuid"}, None) == []
    words = Words("zh", files={"households.csv": {key: "L-0008 五社"}})
    assert lines(schema, {"household": key}, words=words) == [("家庭", "L-0008 五社", None)]


def test_somebody_whose_label_the_reader_does_not_reach_is_not_shown_as_a_number():
    key = "cb04fe5c-93f7-423a-bc54-63441a579693"
    schema = a_schema(
        Field("woman", "/woman", "string", labels={"zh": "本人"}, choices_from="women.csv"),
        Field("village", "/village", "string", labels={"zh": "村"}, choices_from="villages.csv"),
        Field("key", "/key", "string", labels={"zh": "号"}),
    )
    words = Words("zh", unnamed="（不在您的名单里）")
    found = lines(schema, {"woman": key, "village": "510823101001", "key": key}, words=words)
    assert [value for _, value, _ in found] == ["（不在您的名单里）", "510823101001", key]
