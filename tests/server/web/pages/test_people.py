import re

from sqlalchemy import func, select

from server.access.roles import VILLAGE_WORKER
from server.models import AppUser, Assignment, Audit, FormAttachment, User
from tests.conftest import PASSWORD
from tests.making import a_form
from tests.server.web.pages.conftest import text_of


def link_in(answer):
    return re.search(r"/join/[\w-]{64}", answer.get_data(as_text=True))[0]


def test_an_administrator_adds_a_person_who_sets_the_password_by_a_link(town, browse):
    ada = browse("ada")
    answer = ada.send("/admin/people", {"name": "孙丽", "email": "sun@hechuan.test"})
    assert answer.status_code == 200
    assert "只能用一次" in text_of(answer)
    assert link_in(answer) not in ada.see("/admin/people").get_data(as_text=True)
    browser = browse()
    assert browser.send(link_in(answer), {"password": "柳树湾村口那棵大柳树下"}).status_code == 303
    assert (
        browse().send("/sign-in", {"email": "sun@hechuan.test", "password": "柳树湾村口那棵大柳树下"}).status_code
        == 303
    )


def test_a_password_is_reset_without_mail_and_ends_all_sessions(town, browse, database):
    ada, otto = browse("ada"), browse("otto")
    with database.reading() as db:
        otto_id = db.scalar(select(User.actor_id).where(User.email == "otto@example.test"))
        ada_id = db.scalar(select(User.actor_id).where(User.email == "ada@example.test"))
    link = link_in(ada.send(f"/admin/people/{otto_id}/link"))
    with database.reading() as db:
        made = db.scalars(select(Audit).where(Audit.action == "user.password_link.create")).one()
    assert (made.actor_id, made.actee_actor_id) == (ada_id, otto_id), "the password is then set in his name"
    browse().send(link, {"password": "a new and long one"})
    assert otto.see("/me").status_code == 303
    assert browse().send("/sign-in", {"email": "otto@example.test", "password": PASSWORD}).status_code == 401


def test_a_disabled_person_is_signed_out_and_cannot_sign_in_until_enabled(town, browse, database):
    ada, otto = browse("ada"), browse("otto")
    with database.reading() as db:
        otto_id = db.scalar(select(User.actor_id).where(User.email == "otto@example.test"))
    ada.send(f"/admin/people/{otto_id}/disable")
    assert "撤销" in text_of(ada.see("/admin/people"))
    assert otto.see("/me").status_code == 303
    assert browse().send("/sign-in", {"email": "otto@example.test", "password": PASSWORD}).status_code == 401
    ada.send(f"/admin/people/{otto_id}/enable")
    assert browse().send("/sign-in", {"email": "otto@example.test", "password": PASSWORD}).status_code == 303


def test_nobody_disables_himself(town, browse, database):
    ada = browse("ada")
    with database.reading() as db:
        ada_id = db.scalar(select(User.actor_id).where(User.email == "ada@example.test"))
    ada.send(f"/admin/people/{ada_id}/disable")
    assert ada.see("/me").status_code == 200


def test_an_address_that_is_taken_keeps_what_was_typed_and_stores_nothing(town, browse, database):
    ada = browse("ada")
    answer = ada.send("/admin/people", {"name": "又一个", "email": "otto@example.test"})
    assert answer.status_code == 409
    assert 'value="又一个"' in answer.get_data(as_text=True)
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(User)) == 5


def test_an_administrator_is_made_only_when_asked_for(town, browse, database):
    ada = browse("ada")
    ada.send("/admin/people", {"name": "a", "email": "a@x.test"})
    ada.send("/admin/people", {"name": "b", "email": "b@x.test", "administrator": "1"})
    with database.reading() as db:
        admins = db.scalars(select(Assignment.actor_id).where(Assignment.role_id == 1)).all()
        emails = set(db.scalars(select(User.email).where(User.actor_id.in_(admins))))
    assert emails == {"ada@example.test", "b@x.test"}


def test_people_are_for_administrators_only(town, browse):
    for name in ("rita", "lea", "otto"):
        browser = browse(name)
        assert browser.see("/admin/people").status_code == 403
        assert browser.send("/admin/people", {"name": "x", "email": "x@x.test"}).status_code == 403
        assert browser.send("/admin/people/1/link").status_code == 403


def test_control_characters_and_endless_names_are_refused_in_words(town, browse):
    ada = browse("ada")
    for name in ("a\x00b", "x" * 300):
        assert ada.send("/admin/people", {"name": name, "email": "y@x.test"}).status_code == 400
    assert ada.send("/admin/people/99999999999999999999/link").status_code == 404


def test_the_page_says_before_that_the_phones_stop_with_the_account(town, browse, database):
    ada = browse("ada")
    assert "带着手机" not in text_of(ada.see("/admin/people"))
    with database.transaction() as db:
        otto_id = db.scalar(select(User.actor_id).where(User.email == "otto@example.test"))
        db.get_one(AppUser, town.phone_id).person_id = otto_id
    assert "带着手机：1 部。账号一停用" in text_of(ada.see("/admin/people"))
    ada.send(f"/admin/people/{otto_id}/disable")
    assert "账号停用期间收不到" in text_of(ada.see("/admin/people"))


def test_who_is_disabled_is_no_contact_on_phones_until_enabled(town, browse, database):
    with database.transaction() as db:
        otto_id = db.scalar(select(User.actor_id).where(User.email == "otto@example.test"))
        db.add(Assignment(actor_id=otto_id, role_id=VILLAGE_WORKER, project_id=town.project_id))
        consent = a_form(db, town.project_id, "woman_consent")
        db.add(FormAttachment(form_version_id=consent.current_version_id, name="workers.csv", type="file"))

    def workers():
        with database.reading() as db:
            sha256 = db.scalar(select(FormAttachment.blob_sha256).where(FormAttachment.name == "workers.csv"))
            return town.app.extensions["fangshi.blobs"].read(sha256).decode()

    ada = browse("ada")
    ada.send(f"/admin/people/{otto_id}/disable")
    assert workers() == "name,label\n"
    ada.send(f"/admin/people/{otto_id}/enable")
    assert workers() == f"name,label\n{otto_id},otto\n"
    renamed = ada.client.patch(
        f"/v1/users/{otto_id}", json={"displayName": "王芳"}, headers={"X-Requested-With": "XMLHttpRequest"}
    )
    assert renamed.status_code == 200 and workers() == f"name,label\n{otto_id},王芳\n", "women choose her by her name"
    assert ada.client.delete(f"/v1/users/{otto_id}", headers={"X-Requested-With": "XMLHttpRequest"}).status_code == 200
    assert workers() == "name,label\n", "nor who was taken away"
