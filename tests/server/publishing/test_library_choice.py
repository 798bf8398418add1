"""Which forms of the library a town may choose, what they stand on, and what publishing them would change."""

from sqlalchemy.orm import Session

from forms.library import library_ids, read_library_form
from forms.xform import set_version
from server.access.roles import BENEFIT_OFFICER, CLINICIAN, TRAINER, VILLAGE_WORKER
from server.models import Project
from server.publishing.library_choice import CURRENT, NEW, NEWER, OWN, all_offers, lists_of, standings, with_needs
from tests.conftest import MORNING
from tests.making import a_form


def test_every_form_of_ours_is_offered_with_what_it_is_for_who_fills_it_and_its_lists() -> None:
    offers = {one.form_id: one for one in all_offers()}

    assert set(offers) == set(library_ids())
    assert [one.code for one in all_offers()] == [f"F{number}" for number in range(1, len(offers) + 1)]
    assert all(one.purpose.zh and one.purpose.en and one.fillers for one in offers.values())
    assert offers["training_quiz"].fillers == (VILLAGE_WORKER, CLINICIAN, TRAINER)
    assert BENEFIT_OFFICER in offers["benefit_case"].fillers
    assert [one.name for one in lists_of(["antenatal_check", "supplies"])] == [
        *("clinics", "supply_points", "hotlines", "thresholds")
    ]


def test_a_form_comes_with_those_whose_lists_it_reads_and_with_theirs() -> None:
    assert with_needs(["antenatal_check", "no form"]) == [
        *("household_visit", "woman_consent", "pregnancy_registration", "antenatal_check")
    ]
    assert with_needs(["feedback"]) == ["feedback"]
    assert with_needs([]) == []


def test_what_is_here_in_our_version_or_in_the_towns_later_one_stays(db: Session) -> None:
    project = Project(name="禾川镇", kind="care", created_at=MORNING)
    db.add(project)
    db.flush()
    ours = {name: read_library_form(name) for name in ("feedback", "supplies", "benefit_case")}
    for name, xml in ours.items():
        a_form(db, project.id, form_id=name, xml=set_version(xml, "0") if name == "supplies" else xml)
    a_form(db, project.id, form_id="benefit_case", xml=set_version(ours["benefit_case"], "own"))

    found = {one.offer.form_id: (one.state, one.version) for one in standings(db, project)}

    assert found["supplies"] == (NEWER, "0")
    assert found["benefit_case"] == (OWN, "own")
    assert found["feedback"][0] == CURRENT
    assert found["household_visit"] == (NEW, None)
