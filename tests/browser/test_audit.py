"""The audit's pages in a real browser: on both screens, in both languages, without a fault for axe."""

from datetime import timedelta

import pytest

from server import clock
from server.access import roles
from server.access.audit import record
from server.access.caller import Caller, Grant
from server.access.reading_log import Read, write_reads
from server.access.roles import BY_ID, DPO
from server.models import Assignment, User, VillageScope
from tests.browser.looking import look_at_pages
from tests.server.web.pages.women import a_woman


@pytest.fixture
def looked(town) -> str:
    """A day of looks, one of them too many in an hour; rita is the data-protection officer. The woman's uuid."""
    now = clock.now()
    assert BY_ID[DPO].system == "dpo"
    with town.database.transaction() as db:
        rita, wang, lin = (town.actor_id(db, name) for name in ("rita", "wang", "lin"))
        db.query(Assignment).filter_by(actor_id=rita).delete()
        db.query(VillageScope).filter_by(actor_id=rita).delete()
        db.add(Assignment(actor_id=rita, role_id=DPO, project_id=town.project_id))
        woman = a_woman(db, town.project_id)
        caller = Caller(lin, "user", "lin", (Grant(roles.CLINICIAN, town.project_id, None),), {town.project_id: None})
        other = Caller(wang, "user", "wang", (Grant(roles.VILLAGE_WORKER, town.project_id, None),))
        reads = [Read("person.read", caller, town.project_id, now - timedelta(hours=30), about=woman.uuid)]
        reads += [
            Read("followup.read", other, town.project_id, now - timedelta(hours=25), details={"followUpId": number})
            for number in range(64)
        ]
        reads.append(Read("map.read", other, town.project_id, now - timedelta(hours=2)))
        write_reads(db, reads)
        record(db, "break_glass.open", actor_id=lin, now=now, project_id=town.project_id)
        assert db.query(User).filter_by(actor_id=rita).one().email == "rita@example.test"
        return str(woman.uuid)


def test_the_audit_s_pages_fit_the_screen_and_axe_finds_nothing(town, looked, open_tab):
    pages = {
        "audit": "/audit",
        "audit-reads": "/audit/reads",
        "audit-unusual": "/audit/unusual",
        "own-reads": "/me/reads",
    }
    look_at_pages(open_tab("rita"), {**pages, "readers": f"/people/{looked}/readers"})
