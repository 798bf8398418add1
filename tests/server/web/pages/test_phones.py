import base64
import json
import re
import zlib

from sqlalchemy import select

from server.access import tokens
from server.access.assignments import assign, set_villages
from server.access.caller import Caller
from server.access.people import create_user, disable_user
from server.access.phones import create_app_user
from server.access.roles import BY_SYSTEM
from server.models import AppUser, Assignment, Audit, Project, User, VillageScope
from server.publishing.phone_settings import settings_text
from tests.client import Client
from tests.conftest import MORNING, PASSWORD
from tests.making import a_record
from tests.server.web.pages.conftest import make_project, text_of


def key_in(answer):
    return re.search(r"/v1/key/([A-Za-z0-9!$]{64})/projects/\d+", answer.get_data(as_text=True))


def test_the_card_of_a_new_phone_works_at_once(app, town, browse):
    lea = browse("lea")
    made = lea.send("/phones", {"name": "马玉梅", "village": ["519901201001"]})
    assert made.status_code == 303
    card = lea.see(made.location)
    assert "马玉梅" in text_of(card) and "<svg" in card.get_data(as_text=True)
    phone = Client(app, key=key_in(card)[1])
    assert "visit" in phone.get(f"/projects/{town.project_id}/formList").get_data(as_text=True)
    assert phone.send(town.project_id, a_record()).status_code == 201


def test_the_qr_code_is_what_collect_reads(town):
    class Project:
        name = "禾川镇"

    settings = json.loads(
        zlib.decompress(base64.b64decode(settings_text(Project, "https://x.test/v1/key/k/projects/1")))
    )
    assert settings["general"]["server_url"] == "https://x.test/v1/key/k/projects/1"
    assert set(settings) == {"general", "admin", "project"}
    assert settings["general"]["app_language"] == "zh" and settings["admin"]["change_server"] is False


def test_a_stopped_phone_sends_nothing_more_and_its_key_is_gone(app, town, browse, database):
    lea = browse("lea")
    lea.send(f"/phones/{town.phone_id}/revoke")
    assert Client(app, key=town.key).send(town.project_id, a_record()).status_code == 403
    card = lea.see(f"/phones/{town.phone_id}")
    assert key_in(card) is None and "已停用" in text_of(card)
    with database.reading() as db:
        row = db.get(AppUser, town.phone_id)
        assert row.token_hash is None and row.token_sealed is None


def test_a_new_card_stops_the_old_one(app, town, browse):
    lea = browse("lea")
    lea.send(f"/phones/{town.phone_id}/reissue")
    new = key_in(lea.see(f"/phones/{town.phone_id}"))[1]
    assert new != town.key
    assert Client(app, key=town.key).send(town.project_id, a_record()).status_code == 403
    assert Client(app, key=new).send(town.project_id, a_record()).status_code == 201


def test_a_phone_without_a_name_is_not_made(town, browse, database):
    assert browse("lea").send("/phones", {"name": " "}).status_code == 400
    with database.reading() as db:
        assert len(db.scalars(select(AppUser)).all()) == 1


def test_a_phones_villages_are_those_ticked(town, browse, database):
    lea = browse("lea")
    made = lea.send("/phones", {"name": "刘小燕", "village": ["519901201002"]})
    actor_id = int(made.location.rpartition("/")[2])
    with database.reading() as db:
        ids = db.scalars(select(VillageScope.village_id).where(VillageScope.actor_id == actor_id)).all()
    assert ids == [town.village_ids[1]]


def test_who_administers_the_site_is_offered_the_villages_too(town, browse):
    ada = browse("ada")
    for path in ("/phones", "/phones/cards"):
        offered = re.findall(r'name="village" value="(\d+)"', ada.see(path).get_data(as_text=True))
        assert offered == ["519901201001", "519901201002"], path
    made = ada.send("/phones", {"name": "刘小燕", "village": ["519901201002"]}).location
    assert key_in(ada.see(made))
    assert 'name="all_villages" value="1" checked' not in ada.see("/phones").get_data(as_text=True)


def test_keys_are_shown_only_to_those_who_may_manage_them(town, browse):
    for name in ("rita", "vera", "otto"):
        browser = browse(name)
        for path in ("/phones", f"/phones/{town.phone_id}"):
            answer = browser.see(path)
            assert answer.status_code in (403, 404) and town.key not in answer.get_data(as_text=True)
        assert browser.send(f"/phones/{town.phone_id}/revoke").status_code in (403, 404)


def test_a_phone_of_another_project_is_not_found(town, browse):
    ada = browse("ada")
    assert ada.see(f"/phones/{town.phone_id}?project={town.project_id}").status_code == 200
    assert ada.see(f"/phones/{town.phone_id}?project={make_project(ada)}").status_code == 404


def test_the_key_is_in_no_other_page_than_the_card(town, browse):
    lea = browse("lea")
    assert town.key not in lea.see("/phones").get_data(as_text=True)
    assert tokens.is_token(town.key)


def add_worker(town, name="刘小燕", role="village_worker"):
    """A worker of the town; her actor id."""
    with town.database.transaction() as db:
        user = create_user(db, f"{name}@example.test", PASSWORD, name, None, MORNING)
        db.add(Assignment(actor_id=user.actor_id, role_id=BY_SYSTEM[role].id, project_id=town.project_id))
        return user.actor_id


def carried(database, phone_id):
    with database.reading() as db:
        row = db.get(AppUser, phone_id)
        return row.person_id, row.care_role


def test_a_new_phone_is_handed_to_who_carries_it(town, browse, database):
    worker = add_worker(town)
    lea = browse("lea")
    made = lea.send("/phones", {"name": "卫生院的手机", "all_villages": "1", "carer": worker, "care_role": "clinician"})
    assert carried(database, int(made.location.rpartition("/")[2])) == (worker, "clinician")
    assert "刘小燕 · 临床人员" in text_of(lea.see("/phones"))


def test_a_phone_is_handed_over_on_its_card(town, browse, database):
    worker = add_worker(town)
    lea = browse("lea")
    card = lea.see(f"/phones/{town.phone_id}").get_data(as_text=True)
    assert f'<option value="{worker}">刘小燕</option>' in card
    lea.send(f"/phones/{town.phone_id}/carer", {"carer": worker, "care_role": "village_worker"})
    assert carried(database, town.phone_id) == (worker, "village_worker")
    card = lea.see(f"/phones/{town.phone_id}").get_data(as_text=True)
    assert f'<option value="{worker}" selected>刘小燕</option>' in card
    lea.send(f"/phones/{town.phone_id}/carer", {"carer": "", "care_role": "clinician"})
    assert carried(database, town.phone_id) == (None, "clinician")


def test_who_has_no_role_in_the_town_carries_no_phone(town, browse, database):
    lea = browse("lea")
    with town.database.reading() as db:
        otto = db.scalar(select(User.actor_id).where(User.email == "otto@example.test"))
        me = db.scalar(select(User.actor_id).where(User.email == "lea@example.test"))
    for person, status in ((otto, 400), (me, 403), ("x", 400), ("9" * 20, 400)):
        answer = lea.send(f"/phones/{town.phone_id}/carer", {"carer": person, "care_role": "village_worker"})
        assert answer.status_code == status and "什么都没有改" in text_of(answer)
    again = lea.send("/phones", {"name": "没有做成的", "all_villages": "1", "carer": otto})
    assert again.status_code == 400 and 'value="没有做成的"' in again.get_data(as_text=True)
    assert "没有做成的" not in text_of(again)
    with database.reading() as db:
        assert len(db.scalars(select(AppUser)).all()) == 1
    assert carried(database, town.phone_id) == (None, "village_worker")


def test_who_may_not_manage_phones_hands_none_over(town, browse, database):
    worker = add_worker(town)
    for name in ("rita", "otto"):
        assert browse(name).send(f"/phones/{town.phone_id}/carer", {"carer": worker}).status_code in (403, 404)
    assert carried(database, town.phone_id) == (None, "village_worker")


def make_lead_of_village_one(town):
    """lena, who leads the first village; and a phone of the second, whose actor id this is."""
    with town.database.transaction() as db:
        project = db.get_one(Project, town.project_id)
        by = Caller(actor_id=None, type="user")
        user = create_user(db, "lena@example.test", PASSWORD, "lena", None, MORNING)
        assign(db, by, BY_SYSTEM["town_lead"], user.actor_id, MORNING, project, None)
        set_villages(db, by, project, user.actor_id, ["519901201001"], MORNING)
        phone = create_app_user(db, town.app.extensions["fangshi.key"], project.id, "二村的手机", None, MORNING)
        set_villages(db, by, project, phone.actor.id, ["519901201002"], MORNING)
        return phone.actor.id


def test_who_leads_some_villages_sees_and_stops_the_phones_of_these_alone(town, browse, database):
    other = make_lead_of_village_one(town)
    lena = browse("lena")
    page = text_of(lena.see("/phones"))
    assert "二村的手机" not in page and "赵秀兰" not in page
    for phone_id in (other, town.phone_id):
        assert lena.see(f"/phones/{phone_id}").status_code == 404
        for act in ("revoke", "lost", "reissue", "device", "carer"):
            assert lena.send(f"/phones/{phone_id}/{act}", {"carer": ""}).status_code == 404, act
    with database.reading() as db:
        assert db.scalars(select(AppUser).where(AppUser.revoked_at.is_not(None))).all() == []
    made = lena.send("/phones", {"name": "马玉梅", "village": ["519901201001"]})
    assert key_in(lena.see(made.location)) and "马玉梅" in text_of(lena.see("/phones"))
    for villages in ({"village": ["519901201002"]}, {"all_villages": "1"}):
        refused = lena.send("/phones", {"name": "刘小燕", **villages})
        assert refused.status_code == 400 and "只能是您自己管的村" in text_of(refused)
    assert "二村的手机" in text_of(browse("lea").see("/phones")), "who leads the town sees all"


def test_a_card_of_a_phone_that_has_other_villages_too_is_not_shown_and_not_made_anew(town, browse, database):
    other = make_lead_of_village_one(town)
    with database.transaction() as db:
        codes = ["519901201001", "519901201002"]
        set_villages(
            db, Caller(actor_id=None, type="user"), db.get_one(Project, town.project_id), other, codes, MORNING
        )
    lena = browse("lena")
    card = lena.see(f"/phones/{other}")
    assert (
        key_in(card) is None and "还管着不归您管的村" in text_of(card) and "/reissue" not in card.get_data(as_text=True)
    )
    assert "/carer" not in card.get_data(as_text=True)
    refused = lena.send(f"/phones/{other}/reissue")
    assert refused.status_code == 403 and "请管全镇的人来做" in text_of(refused)
    assert lena.send(f"/phones/{other}/carer", {"carer": "", "care_role": "clinician"}).status_code == 403
    assert carried(database, other) == (None, "village_worker")
    assert key_in(browse("lea").see(f"/phones/{other}")), "who leads the town is shown it"
    lost = text_of(lena.send(f"/phones/{other}/lost"))
    assert "钥匙已停用" in lost and "在下面做一张新卡" not in lost


def test_whether_a_copied_card_is_the_same_persons_says_who_has_all_villages_of_the_phone(app, town, browse, database):
    other, lea = make_lead_of_village_one(town), browse("lea")
    phone = Client(app, key=key_in(lea.see(f"/phones/{other}"))[1])
    for device in ("collect:aaa", "collect:bbb"):
        phone.get(f"/projects/{town.project_id}/formList?deviceID={device}")
    with database.transaction() as db:
        by, project = Caller(actor_id=None, type="user"), db.get_one(Project, town.project_id)
        set_villages(db, by, project, other, ["519901201001", "519901201002"], MORNING)
    lena = browse("lena")
    card = lena.see(f"/phones/{other}")
    assert "collect:bbb" in text_of(card) and "/device" not in card.get_data(as_text=True)
    assert lena.send(f"/phones/{other}/device").status_code == 403
    assert "/device" in lea.see(f"/phones/{other}").get_data(as_text=True), "nobody said it yet"


def test_who_leads_some_villages_is_offered_no_carrier_who_reaches_further_and_no_key_of_such_a_phone(
    town, browse, database
):
    make_lead_of_village_one(town)
    worker, lena = add_worker(town), browse("lena")
    made = lena.send("/phones", {"name": "马玉梅", "village": ["519901201001"]}).location
    assert key_in(lena.see(made)) and "刘小燕" in lena.see(made).get_data(as_text=True)
    with database.transaction() as db:
        project = db.get_one(Project, town.project_id)
        set_villages(db, Caller(actor_id=None, type="user"), project, worker, ["519901201002"], MORNING)
    assert "刘小燕" not in lena.see(made).get_data(as_text=True)
    refused = lena.send(f"{made}/carer", {"carer": worker, "care_role": "village_worker"})
    assert refused.status_code == 400 and "这个人还管着不归您管的村" in text_of(refused)
    assert carried(database, int(made.rpartition("/")[2])) == (None, "village_worker")
    browse("lea").send(f"{made}/carer", {"carer": worker, "care_role": "village_worker"})
    card = lena.see(made)
    assert key_in(card) is None and "还管着不归您管的村" in text_of(card) and "刘小燕" in text_of(card)
    assert "马玉梅" not in text_of(lena.see("/phones/cards"))


def keys_looked_at(town, name="lea"):
    """The phones whose keys somebody was shown, in the order of looks."""
    town.app.extensions["fangshi.readings"].flush()
    with town.database.reading() as db:
        person = db.scalar(select(User.actor_id).where(User.email == f"{name}@example.test"))
        rows = db.scalars(select(Audit).where(Audit.action == "field_key.read").order_by(Audit.id))
        return [row.actee_actor_id for row in rows if row.actor_id == person]


def test_who_was_shown_which_key_is_written_down_and_the_key_is_not(town, browse, database):
    lea = browse("lea")
    lea.see("/phones")
    assert keys_looked_at(town) == [], "the list shows no key"
    lea.see(f"/phones/{town.phone_id}")
    assert keys_looked_at(town) == [town.phone_id]
    lea.see("/phones/cards")
    assert keys_looked_at(town) == [town.phone_id] * 2
    with database.reading() as db:
        rows = db.scalars(select(Audit).where(Audit.action == "field_key.read")).all()
        assert all(town.key not in str(row.details) for row in rows)


def test_a_key_in_use_is_shown_no_more_in_a_care_project_until_a_new_card_ends_it(app, town, browse, database):
    lea = browse("lea")
    assert key_in(lea.see(f"/phones/{town.phone_id}"))[1] == town.key, "a card printed before it is used"
    Client(app, key=town.key).get(f"/projects/{town.project_id}/formList")
    card = lea.see(f"/phones/{town.phone_id}")
    assert key_in(card) is None and 'class="qr"' not in card.get_data(as_text=True)
    assert "已经在一部手机上用了" in text_of(card) and "钥匙不能再显示了" not in text_of(card)
    assert len(keys_looked_at(town)) == 1, "what is not shown is no look"
    lea.send(f"/phones/{town.phone_id}/reissue")
    assert key_in(lea.see(f"/phones/{town.phone_id}"))[1] != town.key


def test_a_new_card_that_the_same_device_takes_within_a_minute_counts_as_used(app, town, browse):
    lea, speaks = browse("lea"), f"/projects/{town.project_id}/formList?deviceID=collect:a"
    Client(app, key=town.key).get(speaks)
    lea.send(f"/phones/{town.phone_id}/reissue")
    key = key_in(lea.see(f"/phones/{town.phone_id}"))[1]
    Client(app, key=key).get(speaks)
    card = lea.see(f"/phones/{town.phone_id}")
    assert key_in(card) is None and "已经在一部手机上用了" in text_of(card)


def test_a_plain_project_shows_every_key_again_and_writes_no_look_down(app, town, browse, database):
    ada = browse("ada")
    here = make_project(ada)
    made = ada.send(f"/phones?project={here}", {"name": "x"})
    card = f"{made.location}?project={here}"
    key = key_in(ada.see(card))[1]
    Client(app, key=key).get(f"/projects/{here}/formList")
    assert key_in(ada.see(card))[1] == key
    assert keys_looked_at(town, "ada") == []


def test_the_card_says_that_a_phone_waits_for_other_hands(town, browse, database):
    worker = add_worker(town)
    lea = browse("lea")
    lea.send(f"/phones/{town.phone_id}/carer", {"carer": worker, "care_role": "village_worker"})
    for path in ("/phones", f"/phones/{town.phone_id}"):
        assert "账号已停用" not in text_of(lea.see(path))
    with database.transaction() as db:
        disable_user(db, worker, worker, MORNING)
    for path in ("/phones", f"/phones/{town.phone_id}"):
        assert "账号已停用" in text_of(lea.see(path))
    lea.send(f"/phones/{town.phone_id}/carer", {"carer": "", "care_role": "village_worker"})
    assert "账号已停用" not in text_of(lea.see("/phones"))


def test_the_pages_say_that_who_carries_a_phone_has_no_role_here_any_more(town, browse, database):
    worker = add_worker(town)
    lea = browse("lea")
    lea.send(f"/phones/{town.phone_id}/carer", {"carer": worker, "care_role": "village_worker"})
    pages = ("/phones", f"/phones/{town.phone_id}")
    assert not any("没有角色" in text_of(lea.see(path)) for path in pages)
    lea.send(f"/admin/projects/{town.project_id}/roles/remove", {"actor": worker, "role": "village_worker"})
    assert all("没有角色" in text_of(lea.see(path)) for path in pages)
    assert "账号已停用" not in text_of(lea.see("/phones"))
