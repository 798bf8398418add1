"""Who did what, who looked, and what is worth a question: by whom, in words, without a ranking."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from server.access import roles
from server.access.assignments import assign, set_villages
from server.access.audit import record
from server.access.caller import Caller
from server.access.people import create_user
from server.access.pseudonyms import pseudonym
from server.access.reading_log import Read, write_reads
from server.models import Audit, Project, Reading, Woman
from server.registry.rights_desk import CORRECTION, open_request
from server.web.pages.audit_words import act_words
from tests.conftest import MORNING, PASSWORD
from tests.server.web.pages.conftest import text_of
from tests.server.web.pages.women import CareTown, a_woman, main_of

DAY = timedelta(days=1)


@pytest.fixture
def town(paged, database):
    """Also dora, the data-protection officer."""
    town = CareTown(paged, database)
    with database.transaction() as db:
        ada = town.actor_id(db, "ada")
        dora = create_user(db, "dora@example.test", PASSWORD, "dora", ada, MORNING)
        by = Caller(actor_id=ada, type="user")
        project = db.get_one(Project, town.project_id)
        assign(db, by, roles.BY_ID[roles.DPO], dora.actor_id, MORNING, project, None)
        set_villages(db, by, project, dora.actor_id, None, MORNING)
    return town


def her(town, **more):
    with town.database.transaction() as db:
        return a_woman(db, town.project_id, **more).uuid


PAGES = ("/audit", "/audit/reads", "/audit/unusual")


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("dora", [200, 200, 200]),
        ("lea", [200, 403, 403]),
        ("ada", [200, 403, 403]),
        ("lin", [403, 403, 403]),
        ("wang", [403, 403, 403]),
        ("rita", [403, 403, 403]),
    ],
)
def test_who_looked_is_for_the_data_protection_officer_alone(town, browse, name, codes):
    browser = browse(name)
    assert [browser.see(path).status_code for path in PAGES] == codes
    menu = browser.see("/me").get_data(as_text=True)
    assert ('href="/audit"' in menu) == (codes[0] == 200)


def test_nobody_is_sent_to_sign_in(town, browse):
    for path in (*PAGES, "/me/reads", "/me/reads.json", "/people/00000000-0000-4000-8000-000000000000/readers"):
        assert browse().see(path).status_code in (303, 401)


def test_what_was_done_is_told_in_words_newest_first(town, browse, clock):
    clock.forward(hours=1)
    browse("ada").send(f"/admin/projects/{town.project_id}", {"name": "禾川新镇"})
    words = text_of(browse("dora").see("/audit"))
    assert words.index("改了项目") < words.index("导入了村界")
    assert "ada" in words and "给手机开了钥匙" in words
    english = text_of(browse("dora", "en").see("/audit"))
    assert "Changed the project" in english and "Made a phone's key" in english


OF_ONE = (
    *("submission.create", "submission.update", "submission.seal", "entity.create", "entity.update.version"),
    *("consent.withdraw", "rights.create", "rights.erase", "rights.export", "field.reveal", "retention.run"),
)


@pytest.mark.parametrize(("name", "sees"), [("dora", True), ("lea", False), ("ada", False)])
def test_acts_upon_one_record_or_one_woman_are_listed_for_the_officer_alone(town, browse, name, sees):
    """Whoever counts them would know how many pregnancies a village has, and who withdrew."""
    with town.database.transaction() as db:
        record(db, "form.update", actor_id=None, now=MORNING, project_id=town.project_id)
        for action in OF_ONE:
            record(db, action, actor_id=None, now=MORNING, project_id=town.project_id, form_id=town.form_id)
    page = browse(name).see("/audit")
    words = text_of(page)
    told = [action for action in OF_ONE if str(act_words_in_chinese(town, action)) in words]
    assert told == (list(OF_ONE) if sees else [])
    assert "改了表单" in words, "what is nobody's alone is told"


def act_words_in_chinese(town, action):
    with town.app.test_request_context("/", headers={"Accept-Language": "zh"}):
        return act_words(action)


@pytest.mark.parametrize(("name", "sees"), [("dora", True), ("lea", False), ("ada", False)])
def test_records_are_not_counted_by_phone_and_form_on_the_list_of_acts(town, browse, name, sees):
    for _ in range(3):
        town.record()
    browse("rita").see(f"/review/{town.record()}")
    page = text_of(browse(name).see("/audit"))
    assert ("送来一份记录" in page) == sees
    assert "给手机开了钥匙" in page
    if name == "ada":
        rows = browse(name).see("/v1/audits").get_json(force=True)
        assert not [one["action"] for one in rows if one["action"].startswith(("submission.", "entity."))]


def test_every_look_of_a_care_project_is_on_the_officer_s_page_with_who_as_what_and_when(town, browse):
    record_id = town.record()
    woman = her(town)
    browse("rita").see(f"/review/{record_id}")
    browse("wang").see(f"/people/{woman}")
    page = browse("dora").see("/audit/reads")
    words = text_of(page)
    assert f"打开了一份记录 记录 {record_id} · visit rita 审核员" in words
    assert "打开了她的页面 wang 村里的走访员" in words or "打开了她的页面 wang" in words
    assert woman not in page.get_data(as_text=True) and "W-0231" not in words


def test_a_woman_s_own_log_tells_who_looked_at_her_and_at_nobody_else(town, browse):
    one, other = her(town), her(town, label="W-0388 李*")
    for name in ("wang", "lin"):
        browse(name).see(f"/people/{one}")
    browse("lin").see(f"/people/{other}")
    dora = browse("dora")
    words = text_of(dora.see(f"/people/{one}/readers"))
    assert "打开了她的页面 wang" in words and "打开了她的页面 lin" in words
    told = dora.see(f"/people/{other}/readers.json").json
    assert [(row["reader"], row["action"], row["as"], row["way"]) for row in told] == [
        ("lin", "person.read", "clinician", "own")
    ]
    assert dora.see(f"/people/{other}/readers.json").json[0]["action"] == "access.read", "asking is a look too"


def test_her_log_is_for_the_officer_and_for_her_clinician(town, browse):
    own, elsewhere = her(town), her(town, village=2)
    with town.database.transaction() as db:
        set_villages(
            db,
            Caller(actor_id=town.actor_id(db, "ada"), type="user"),
            db.get_one(Project, town.project_id),
            town.actor_id(db, "lin"),
            ["519901201001"],
            MORNING,
        )
    for name, codes in (("dora", (200, 200)), ("lin", (200, 404)), ("wang", (403, 403)), ("lea", (403, 403))):
        browser = browse(name)
        assert tuple(browser.see(f"/people/{one}/readers").status_code for one in (own, elsewhere)) == codes, name


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, True),
        ({"consent_share_clinic": False}, False),
        ({"consent_service": False}, False),
        ({"consent_until": MORNING.date() - DAY}, False),
    ],
)
def test_a_clinician_is_not_told_at_which_record_of_her_somebody_looked_where_she_may_not_read_it(
    town, browse, more, told
):
    record_id, woman = town.record(), her(town, **more)
    with town.database.transaction() as db:
        write_reads(
            db,
            [Read("submission.read", Caller(), town.project_id, MORNING, about=woman, submission_id=record_id)],
        )
    for name, sees in (("lin", told), ("dora", True)):
        words = text_of(browse(name).see(f"/people/{woman}/readers"))
        (line,) = [
            one
            for one in browse(name).see(f"/people/{woman}/readers.json").json
            if one["recordId"] or one["action"] == "submission.read"
        ]
        assert (f"记录 {record_id}" in words, line["xmlFormId"], line["recordId"]) == (
            (True, "visit", record_id) if sees else (False, None, None)
        )


def test_nobody_is_named_who_looked_at_nothing_here(town, browse):
    with town.database.transaction() as db:
        stranger = create_user(db, "x@example.test", PASSWORD, "外镇的人", None, MORNING).actor_id
    assert "外镇的人" not in browse("dora").see(f"/audit/reads?person={stranger}").text


@pytest.mark.parametrize(
    ("path", "action"),
    [("/map", "map.read"), ("/map/health", "map.read"), ("/rights", "entity.list"), ("/rights/{}", "person.read")],
)
def test_what_the_map_tells_of_health_and_the_desk_of_a_woman_is_a_look_too(town, browse, path, action):
    woman = her(town)
    with town.database.transaction() as db:
        wish = open_request(db, town.project_id, CORRECTION, woman, town.actor_id(db, "dora"), MORNING)
    lin = browse("lin")
    assert lin.see(path.format(wish.id)).status_code == 200
    (line,) = lin.see("/me/reads.json").json
    of_her = pseudonym(town.project_id, woman).hex() if action == "person.read" else None
    assert (line["action"], line["about"]) == (action, of_her)


def test_her_log_says_whose_it_is_as_the_page_of_who_sees_her_does(town, browse):
    one, gone = her(town, label="W-0231 王*"), her(town, label="", consent_service=False)
    for name in ("dora", "lin"):
        browser = browse(name)
        assert "W-0231 王*" in text_of(browser.see(f"/people/{one}/readers"))
        assert "已撤回同意" in text_of(browser.see(f"/people/{gone}/readers"))


def test_the_log_stands_after_she_was_removed(town, browse):
    woman = her(town)
    browse("wang").see(f"/people/{woman}")
    with town.database.transaction() as db:
        db.query(Woman).delete()
    words = text_of(browse("dora").see(f"/people/{woman}/readers"))
    assert "打开了她的页面 wang" in words and "（已删除）" in words


def test_everybody_sees_what_he_looked_at_himself_and_nothing_of_others(town, browse):
    record_id, woman = town.record(), her(town)
    rita, wang = browse("rita"), browse("wang")
    rita.see(f"/review/{record_id}")
    wang.see(f"/people/{woman}")
    words = text_of(rita.see("/me/reads"))
    assert f"记录 {record_id}" in words and "打开了她的页面" not in words
    assert [row["action"] for row in wang.see("/me/reads.json").json] == ["person.read"]
    assert "您还没有看过什么" in text_of(browse("otto").see("/me/reads"))


def looks(town, name, count, at, **more):
    """So many looks of somebody, a second apart."""
    with town.database.transaction() as db:
        actor_id = town.actor_id(db, name)
        for number in range(count):
            row = Audit(
                actor_id=actor_id,
                action=more.get("action", "person.read"),
                project_id=town.project_id,
                details={"as": "village_worker", "way": more.get("way", "own")},
                logged_at=at + timedelta(seconds=number),
            )
            db.add(row)
            db.flush()
            about = more.get("about", f"{number}")
            db.add(
                Reading(
                    audit_id=row.id,
                    project_id=town.project_id,
                    actor_id=actor_id,
                    action=row.action,
                    about=pseudonym(town.project_id, about),
                    way=more.get("way", "own"),
                    read_at=row.logged_at,
                )
            )


def test_what_is_unusual_is_said_in_words_with_the_number_from_which_it_is_listed(town, browse):
    looks(town, "wang", 61, MORNING - timedelta(hours=2))
    page = browse("dora").see("/audit/unusual")
    words = text_of(page)
    assert "wang 一小时内打开了 61 份记录或个人页面。" in words and "从 60 次起列出" in words
    assert "本身都不算错" in words
    assert "wang opened 61 records or persons within one hour." in text_of(browse("dora", "en").see("/audit/unusual"))
    with town.database.reading() as db:
        wang = town.actor_id(db, "wang")
    assert f"/audit/reads?person={wang}&amp;days=7" in main_of(page)
    assert "wang 看过什么" in text_of(browse("dora").see(f"/audit/reads?person={wang}&days=7"))


def test_days_that_lie_further_back_are_shown_when_asked_for(town, browse):
    looks(town, "wang", 61, MORNING - 20 * DAY)
    dora = browse("dora")
    assert "没有要问的" in text_of(dora.see("/audit/unusual"))
    assert "61 份" in text_of(dora.see("/audit/unusual?days=31"))
    assert "没有要问的" in text_of(dora.see("/audit/unusual?days=99")), "spans are those that are offered"


def test_a_long_log_comes_in_pages_and_takes_no_more_questions(town, browse, count_queries):
    dora = browse("dora")
    dora.see("/audit/reads")
    counts = []
    for many in (3, 120):
        looks(town, "wang", many, MORNING - timedelta(hours=3))
        with count_queries() as asked:
            page = dora.see("/audit/reads?days=31")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 20, counts
    assert "/audit/reads?days=31&amp;page=2" in page.get_data(as_text=True)
    assert "page=2" in dora.see("/audit/reads?days=31&page=3").get_data(as_text=True)


def test_the_list_of_acts_takes_as_many_questions_for_many_as_for_few(town, browse, count_queries):
    dora = browse("dora")
    dora.see("/audit")
    counts = []
    for many in (1, 60):
        with town.database.transaction() as db:
            for _ in range(many):
                record(db, "project.update", actor_id=None, now=MORNING, project_id=town.project_id)
        with count_queries() as asked:
            dora.see("/audit")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 20, counts


def test_plain_projects_are_not_logged(town, browse):
    record_id = town.record()
    with town.database.transaction() as db:
        db.execute(update(Project).values(kind="plain"))
    browse("ada").see(f"/review/{record_id}")
    with town.database.reading() as db:
        assert db.query(Reading).all() == []
