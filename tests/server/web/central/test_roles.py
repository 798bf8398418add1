"""Roles and assignments, by HTTP."""

import pytest
from flask import Flask
from sqlalchemy import select

from server.access.roles import APP_USER, CLINICIAN, PROJECT_MANAGER, PROJECT_VIEWER, TOWN_LEAD
from server.db import Database
from server.models import Assignment, FormAttachment, Project, Village, VillageScope
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_form, a_phone


def test_roles_are_centrals_by_id_or_name(as_chelsea: Client, as_nobody: Client) -> None:
    roles = {role["system"]: role["id"] for role in as_chelsea.get("/roles").json}

    assert (roles["admin"], roles["app-user"]) == (1, 2)
    assert as_chelsea.get("/roles/2").json == as_chelsea.get("/roles/app-user").json
    assert set(as_chelsea.get("/roles/app-user").json) == {"id", "name", "system", "verbs", "createdAt", "updatedAt"}
    assert as_chelsea.get("/roles/app-user").json["verbs"] == ["open_form.read", "submission.create"]
    assert as_chelsea.get("/roles/nonsense").json["code"] == 404.1
    assert as_chelsea.get("/roles/²").json["code"] == 404.1
    assert as_nobody.get("/roles").json["code"] == 401.2


@pytest.mark.parametrize("role", ["2", "app-user"])
def test_a_phone_sees_a_form_once_it_is_assigned(
    as_bob: Client, app: Flask, database: Database, project_id: int, role: str
) -> None:
    with database.transaction() as db:
        a_form(db, project_id)
        actor_id, token = a_phone(db, app.extensions["fangshi.key"], project_id)
    phone, path = Client(app, key=token), f"/projects/{project_id}/forms/visit"

    assert phone.get(path + ".xml").json["code"] == 403.1
    assert as_bob.post(f"{path}/assignments/{role}/{actor_id}").json == {"success": True}
    assert as_bob.post(f"{path}/assignments/{role}/{actor_id}").json == {"success": True}, "twice is once"
    assert phone.get(path + ".xml").status_code == 200
    assert as_bob.get(path + "/assignments").json == [{"actorId": actor_id, "roleId": 2}]
    assert [one["id"] for one in as_bob.get(f"{path}/assignments/{role}").json] == [actor_id]
    assert as_bob.delete(f"{path}/assignments/{role}/{actor_id}").json == {"success": True}
    assert as_bob.delete(f"{path}/assignments/{role}/{actor_id}").json["code"] == 404.1
    assert phone.get(path + ".xml").json["code"] == 403.1


def test_extended_assignments_name_the_actor(as_alice: Client, cast: dict) -> None:
    (row,) = as_alice.get(f"/projects/{cast['project']}/assignments", headers={"X-Extended-Metadata": "true"}).json

    assert (row["roleId"], row["actor"]["id"], row["actor"]["displayName"]) == (PROJECT_MANAGER, cast["bob"], "bob")


def test_form_assignments_of_a_project_name_the_form(
    as_bob: Client, app: Flask, database: Database, project_id: int
) -> None:
    with database.transaction() as db:
        actor_id, _ = a_phone(db, app.extensions["fangshi.key"], project_id, a_form(db, project_id))
    path, expected = (
        f"/projects/{project_id}/assignments/forms",
        {"actorId": actor_id, "roleId": 2, "xmlFormId": "visit"},
    )

    assert as_bob.get(path).json == [expected]
    assert as_bob.get(path + "/app-user").json == [expected]
    assert as_bob.get(path + "/viewer").json == []


def test_a_manager_gives_what_he_has_and_no_more(as_bob: Client, as_chelsea: Client, cast: dict) -> None:
    path = f"/projects/{cast['project']}/assignments"

    assert as_bob.post(f"{path}/viewer/{cast['chelsea']}").json == {"success": True}
    assert as_bob.post(f"{path}/admin/{cast['chelsea']}").json["code"] == 403.1
    assert as_bob.post(f"/assignments/viewer/{cast['chelsea']}").json["code"] == 403.1
    assert as_bob.post(f"/assignments/admin/{cast['bob']}").json["code"] == 403.1
    assert as_chelsea.post(f"{path}/viewer/{cast['chelsea']}").json["code"] == 403.1
    assert as_bob.post(f"{path}/viewer/99999").json["code"] == 404.1
    assert as_bob.post(f"{path}/nonsense/{cast['chelsea']}").json["code"] == 404.1


def test_an_administrator_makes_another(as_alice: Client, as_bob: Client, cast: dict) -> None:
    assert as_alice.post(f"/assignments/admin/{cast['bob']}").json == {"success": True}
    assert as_bob.get("/users").status_code == 200
    assert len(as_alice.get("/assignments").json) == 2
    assert as_alice.delete(f"/assignments/admin/{cast['bob']}").json == {"success": True}
    assert as_bob.get("/assignments").json["code"] == 403.1


def test_a_phone_stays_in_its_project(as_alice: Client, app: Flask, database: Database, project_id: int) -> None:
    with database.transaction() as db:
        other = Project(name="别镇", created_at=MORNING)
        db.add(other)
        db.flush()
        a_form(db, other.id)
        actor_id, _ = a_phone(db, app.extensions["fangshi.key"], project_id)
        path = f"/projects/{other.id}"

    assert as_alice.post(f"{path}/forms/visit/assignments/2/{actor_id}").json["code"] == 404.1
    assert as_alice.post(f"{path}/assignments/2/{actor_id}").json["code"] == 404.1


def test_purpose_roles_exist_in_care_projects_and_nobody_takes_one_himself(
    as_alice: Client, as_bob: Client, database: Database, cast: dict
) -> None:
    path = f"/projects/{cast['project']}"

    assert as_alice.post(f"{path}/assignments/reviewer/{cast['chelsea']}").json["code"] == 400.8
    as_alice.patch(path, json={"kind": "care"})
    assert as_alice.post(f"{path}/assignments/reviewer/{cast['chelsea']}").json == {"success": True}
    assert as_alice.post(f"{path}/assignments/reviewer/{cast['alice']}").json["code"] == 403.1
    assert as_alice.post(f"{path}/assignments/manager/{cast['alice']}").json["code"] == 403.1


def test_a_town_lead_hands_out_purpose_roles_but_not_a_managers(
    as_chelsea: Client, as_alice: Client, database: Database, cast: dict
) -> None:
    path = f"/projects/{cast['project']}"
    as_alice.patch(path, json={"kind": "care"})
    with database.transaction() as db:
        db.add(Assignment(actor_id=cast["chelsea"], role_id=TOWN_LEAD, project_id=cast["project"]))

    assert as_chelsea.post(f"{path}/assignments/village_worker/{cast['bob']}").json == {"success": True}
    assert as_chelsea.post(f"{path}/assignments/manager/{cast['bob']}").json["code"] == 403.1


def test_villages_are_set_by_code_for_others_in_care_projects_only(
    as_alice: Client, as_bob: Client, cast: dict, database: Database
) -> None:
    project, person = cast["project"], cast["chelsea"]
    path = f"/projects/{project}/actors/{person}/villages"
    assert as_alice.put(path, json={"villages": None}).json["code"] == 400.8
    as_alice.patch(f"/projects/{project}", json={"kind": "care"})
    with database.transaction() as db:
        db.add(Village(project_id=project, code="A1", name="甲村", created_at=MORNING))

    assert as_alice.put(path, json={"villages": ["A1"]}).json == {"success": True}
    with database.reading() as db:
        assert db.scalars(select(VillageScope.village_id)).all() == db.scalars(select(Village.id)).all()
    assert as_alice.put(path, json={"villages": None}).json == {"success": True}
    with database.reading() as db:
        assert db.scalars(select(VillageScope.village_id)).all() == [None]
    for body, code in (({}, 400.2), ({"villages": ["B9"]}, 400.8), ({"villages": [1]}, 400.11)):
        assert as_alice.put(path, json=body).json["code"] == code
    assert (
        as_alice.put(f"/projects/{project}/actors/{cast['alice']}/villages", json={"villages": None}).status_code == 403
    )
    assert as_alice.put(f"/projects/{project}/actors/999999/villages", json={"villages": None}).status_code == 404


def test_who_becomes_a_worker_is_offered_as_a_contact_on_phones_and_who_leaves_is_not(
    as_bob: Client, app: Flask, database: Database, project_id: int, cast: dict
) -> None:
    with database.transaction() as db:
        db.get_one(Project, project_id).kind = "care"
        consent = a_form(db, project_id, "woman_consent")
        slot = FormAttachment(form_version_id=consent.current_version_id, name="workers.csv", type="file")
        db.add(slot)

    def workers() -> str:
        with database.reading() as db:
            sha256 = db.scalar(select(FormAttachment.blob_sha256).where(FormAttachment.name == "workers.csv"))
            return app.extensions["fangshi.blobs"].read(sha256).decode()

    role = f"/projects/{project_id}/assignments/village_worker/{cast['chelsea']}"
    assert as_bob.post(role).json == {"success": True}
    assert workers() == f"name,label\n{cast['chelsea']},chelsea\n"
    assert as_bob.delete(role).json == {"success": True}
    assert workers() == "name,label\n"

    phone = as_bob.post(f"/projects/{project_id}/app-users", json={"displayName": "x"}).json
    with database.transaction() as db:
        db.add(Assignment(actor_id=cast["chelsea"], role_id=PROJECT_VIEWER, project_id=project_id))
    carer = f"/projects/{project_id}/app-users/{phone['id']}/carer"
    assert as_bob.put(carer, json={"userId": cast["chelsea"]}).status_code == 200
    assert workers() == f"name,label\n{cast['chelsea']},chelsea\n"
    assert as_bob.delete(f"/sessions/{phone['token']}").json == {"success": True}
    assert workers() == "name,label\n", "her phone was stopped"


def test_who_manages_some_villages_lists_the_roles_of_no_other_phones(
    as_bob: Client, as_alice: Client, app: Flask, database: Database, project_id: int
) -> None:
    with database.transaction() as db:
        actor_id, _ = a_phone(db, app.extensions["fangshi.key"], project_id, a_form(db, project_id))
        db.add(Assignment(actor_id=actor_id, role_id=APP_USER, project_id=project_id))
        db.add(VillageScope(actor_id=actor_id, project_id=project_id, village_id=None))
    path, form = f"/projects/{project_id}/assignments", f"/projects/{project_id}/forms/visit/assignments"
    lists = (path, f"{path}/app-user", f"{path}/forms", f"{path}/forms/2", form, f"{form}/2")

    def names_it(who: Client, at: str) -> bool:
        rows = who.get(at).json
        return any(actor_id in (row.get("actorId"), row.get("id")) for row in rows)

    assert all(names_it(as_bob, at) for at in lists), "a plain project has Central's rights"
    with database.transaction() as db:
        db.get_one(Project, project_id).kind = "care"
    assert not any(names_it(as_bob, at) for at in lists)
    assert all(names_it(as_alice, at) for at in lists)


def test_who_manages_some_villages_gives_a_person_no_other(
    as_bob: Client, as_alice: Client, database: Database, cast: dict
) -> None:
    project = cast["project"]
    path = f"/projects/{project}/actors/{{}}/villages"
    as_alice.patch(f"/projects/{project}", json={"kind": "care"})
    with database.transaction() as db:
        rows = [Village(project_id=project, code=code, name=code, created_at=MORNING) for code in ("A1", "A2")]
        db.add_all(rows)
        db.flush()
        first, second = (one.id for one in rows)
    as_alice.put(path.format(cast["bob"]), json={"villages": ["A1"]})
    as_alice.put(path.format(cast["chelsea"]), json={"villages": ["A2"]})

    for wanted in (["A2"], ["A1", "A2"], None):
        assert as_bob.put(path.format(cast["chelsea"]), json={"villages": wanted}).json["code"] == 400.8
    hers = select(VillageScope.village_id).where(VillageScope.actor_id == cast["chelsea"])
    for wanted, after in ((["A1"], {first, second}), ([], {second})):
        assert as_bob.put(path.format(cast["chelsea"]), json={"villages": wanted}).json == {"success": True}
        with database.reading() as db:
            assert set(db.scalars(hers)) == after


def test_who_manages_some_villages_gives_and_takes_no_role_of_who_has_others(
    as_bob: Client, as_alice: Client, database: Database, cast: dict
) -> None:
    project, chelsea = cast["project"], cast["chelsea"]
    with database.transaction() as db:
        a_form(db, project)
    as_alice.patch(f"/projects/{project}", json={"kind": "care"})
    with database.transaction() as db:
        db.add_all(Village(project_id=project, code=code, name=code, created_at=MORNING) for code in ("A1", "A2"))
    villages = f"/projects/{project}/actors/{{}}/villages"
    as_alice.put(villages.format(cast["bob"]), json={"villages": ["A1"]})
    as_alice.put(villages.format(chelsea), json={"villages": ["A2"]})

    for at in (f"/projects/{project}/assignments", f"/projects/{project}/forms/visit/assignments"):
        refused = as_bob.post(f"{at}/clinician/{chelsea}")
        assert refused.json["code"] == 403.1 and "not yours" in refused.json["message"]
        assert as_alice.post(f"{at}/clinician/{chelsea}").json == {"success": True}
        assert as_bob.delete(f"{at}/clinician/{chelsea}").json["code"] == 403.1
        assert [one["actorId"] for one in as_bob.get(at).json if one["roleId"] == CLINICIAN] == [chelsea]
    as_alice.put(villages.format(chelsea), json={"villages": ["A1"]})
    assert as_bob.delete(f"/projects/{project}/assignments/clinician/{chelsea}").json == {"success": True}
