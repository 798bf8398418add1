from sqlalchemy import delete, select

from server.models import Assignment, Project, User, VillageScope
from tests.making import a_form
from tests.server.registry.naming import TALK
from tests.server.web.pages.conftest import make_project, text_of


def actor(database, name):
    with database.reading() as db:
        return db.scalar(select(User.actor_id).where(User.email == f"{name}@example.test"))


def test_an_administrator_makes_a_project_and_lands_on_it(town, browse, database):
    answer = browse("ada").send("/admin/projects", {"name": "柳河镇", "kind": "plain"})
    with database.reading() as db:
        made = db.scalars(select(Project).where(Project.name == "柳河镇")).one()
    assert made.kind == "plain"
    assert answer.location == f"/admin/projects/{made.id}?project={made.id}"


def test_a_project_needs_a_name_and_a_known_kind(town, browse, database):
    ada = browse("ada")
    assert ada.send("/admin/projects", {"name": " ", "kind": "care"}).status_code == 400
    assert ada.send("/admin/projects", {"name": "x", "kind": "other"}).status_code == 400
    with database.reading() as db:
        assert len(db.scalars(select(Project)).all()) == 1


def test_only_an_administrator_makes_projects(town, browse):
    for name in ("rita", "lea", "otto"):
        assert browse(name).send("/admin/projects", {"name": "x", "kind": "plain"}).status_code == 403


def test_a_plain_project_becomes_a_care_project_and_back_only_without_records(town, browse, database):
    ada = browse("ada")
    page = f"/admin/projects/{make_project(ada)}"
    assert ada.send(page, {"name": "柳河镇", "kind": "care"}).status_code == 303
    assert ada.send(page, {"name": "柳河镇", "kind": "plain"}).status_code == 303
    town.record()
    answer = ada.send(f"/admin/projects/{town.project_id}", {"name": "禾川镇", "kind": "plain"})
    assert answer.status_code == 400 and "规矩不能变" in text_of(answer)
    with database.reading() as db:
        assert db.get(Project, town.project_id).kind == "care"


def test_a_project_whose_own_forms_choose_further_women_stays_plain_and_is_told_what_to_do(town, browse, database):
    ada, english = browse("ada"), browse("ada", "en")
    project_id = make_project(ada)
    with database.transaction() as db:
        a_form(db, project_id, "antenatal_check", xml=TALK.replace('id="talk"', 'id="antenatal_check"').encode())
    change = f"/admin/projects/{project_id}", {"name": "柳河镇", "kind": "care"}
    english.see(change[0])
    chinese, refused = ada.send(*change), english.send(*change)
    assert (chinese.status_code, refused.status_code) == (400, 400)
    assert "自带表单（antenatal_check）" in text_of(chinese) and "请新建照护项目" in text_of(chinese)
    assert "own form (antenatal_check)" in text_of(refused) and "make a new care project" in text_of(refused)
    with database.reading() as db:
        assert db.get(Project, project_id).kind == "plain"


def test_a_role_is_given_with_villages_and_taken_away(town, browse, database):
    ada, otto = browse("ada"), actor(database, "otto")
    page = f"/admin/projects/{town.project_id}"
    ada.send(f"{page}/roles", {"actor": otto, "role": "reviewer", "village": ["519901201002"]})
    with database.reading() as db:
        villages = db.scalars(select(VillageScope.village_id).where(VillageScope.actor_id == otto)).all()
    assert villages == [town.village_ids[1]]
    assert "村2" in text_of(ada.see(page))
    assert browse("otto").see("/review").status_code == 200
    ada.send(f"{page}/roles/remove", {"actor": otto, "role": "reviewer"})
    with database.reading() as db:
        assert db.scalars(select(Assignment).where(Assignment.actor_id == otto)).all() == []
    assert browse("otto").see("/review").status_code == 404


def test_in_a_care_project_nobody_gives_a_role_to_himself(town, browse, database):
    ada = browse("ada")
    fields = {"actor": actor(database, "ada"), "role": "reviewer", "all_villages": "1"}
    answer = ada.send(f"/admin/projects/{town.project_id}/roles", fields)
    assert answer.status_code == 403 and "不能给自己分角色" in text_of(answer)
    assert ada.see("/review").status_code == 403


def test_an_unknown_role_person_or_village_is_refused_and_nothing_is_stored(town, browse, database):
    ada, otto = browse("ada"), actor(database, "otto")
    page = f"/admin/projects/{town.project_id}/roles"
    assert ada.send(page, {"actor": otto, "role": "app-user"}).status_code == 400
    assert ada.send(page, {"actor": "x", "role": "reviewer"}).status_code == 400
    assert ada.send(page, {"actor": 4242, "role": "reviewer"}).status_code == 404
    assert ada.send(page, {"actor": otto, "role": "reviewer", "village": ["000000000000"]}).status_code == 400
    with database.reading() as db:
        assert db.scalars(select(Assignment).where(Assignment.actor_id == otto)).all() == []


def test_the_project_page_is_for_those_who_give_roles_there(town, browse):
    page = f"/admin/projects/{town.project_id}"
    assert browse("lea").see(page).status_code == 200
    assert browse("rita").see(page).status_code == 403
    assert browse("otto").see(page).status_code == 404
    assert browse().see(page).status_code == 303


def test_a_plain_projects_manager_manages_on_the_same_pages(app, cast, browse):
    bob = browse("bob")
    page = text_of(bob.see(f"/admin/projects/{cast['project']}"))
    assert "普通项目" in page and "审核员" not in page
    assert bob.send(f"/admin/projects/{cast['project']}", {"name": "新名字"}).status_code == 303


def test_who_leads_some_villages_gives_these_alone_on_the_page(town, browse, database):
    with database.transaction() as db:
        lea = db.scalar(select(User.actor_id).where(User.email == "lea@example.test"))
        otto = db.scalar(select(User.actor_id).where(User.email == "otto@example.test"))
        db.execute(delete(VillageScope).where(VillageScope.actor_id == lea))
        db.add(VillageScope(actor_id=lea, project_id=town.project_id, village_id=town.village_ids[0]))
    browser, path = browse("lea"), f"/admin/projects/{town.project_id}"
    assert 'name="all_villages"' in browse("ada").see(path).get_data(as_text=True)
    page = browser.see(path).get_data(as_text=True)
    assert 'name="all_villages"' not in page and 'value="519901201001"' in page and 'value="519901201002"' not in page
    fields = {"actor": otto, "role": "reviewer"}
    for villages in ({"all_villages": "1"}, {"village": ["519901201002"]}):
        refused = browser.send(f"{path}/roles", {**fields, **villages})
        assert refused.status_code == 400 and "只能是您自己管的村" in text_of(refused)
    with database.reading() as db:
        assert db.scalars(select(Assignment).where(Assignment.actor_id == otto)).all() == [], "nothing half stored"
    assert browser.send(f"{path}/roles", {**fields, "village": ["519901201001"]}).status_code == 303
    with database.reading() as db:
        given = db.scalars(select(VillageScope.village_id).where(VillageScope.actor_id == otto)).all()
    assert given == town.village_ids[:1]


def test_who_leads_some_villages_is_offered_no_role_and_no_person_that_would_be_refused(town, browse, database):
    path, project = f"/admin/projects/{town.project_id}", town.project_id
    lea, otto, rita = (actor(database, name) for name in ("lea", "otto", "rita"))
    with database.transaction() as db:
        db.execute(delete(VillageScope).where(VillageScope.actor_id.in_((lea, otto))))
        for person, village in ((lea, town.village_ids[0]), (otto, town.village_ids[1])):
            db.add(VillageScope(actor_id=person, project_id=project, village_id=village))
    browser, name, choice = browse("lea"), "actor", '<option value="{}">'
    page, whole = (one.see(path).get_data(as_text=True) for one in (browser, browse("ada")))
    rita_is_taken = f'name="{name}" value="{rita}"'
    assert rita_is_taken in whole and rita_is_taken not in page, "rita has the whole town"
    assert f'name="{name}" value="{lea}"' in page, "her own role she may lay down"
    assert choice.format(otto) in whole and choice.format(otto) not in page
    assert choice.format(rita) in page, "a village can be added to the role that rita has"
    assert choice.format("dpo") in whole and choice.format("dpo") not in page and choice.format("clinician") in page

    for act, fields in (
        ("roles", {"actor": otto, "role": "clinician"}),
        ("roles/remove", {"actor": rita, "role": "reviewer"}),
    ):
        refused = browser.send(f"{path}/{act}", fields)
        assert refused.status_code == 403 and "不归您管的村" in text_of(refused)
    refused = browser.send(f"{path}/roles", {"actor": actor(database, "otto"), "role": "dpo"})
    assert refused.status_code == 403 and "管到全镇" in text_of(refused)
    with database.reading() as db:
        assert db.scalars(select(Assignment).where(Assignment.actor_id == otto)).all() == []
        assert len(db.scalars(select(Assignment).where(Assignment.actor_id == rita)).all()) == 1
