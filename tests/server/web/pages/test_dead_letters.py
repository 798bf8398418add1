"""What did not come through: seen without its words by who looks after the timetable, sent again when asked, audited."""

import pytest
from sqlalchemy import select

from server.followups.digests import DIGEST
from server.followups.outbox import BEYOND_INBOX
from server.models import Audit, Notification
from server.web.pages.dead_letters import KIND_WORDS
from tests.conftest import MORNING
from tests.server.web.pages.conftest import text_of

PATH = "/notices/failed"


@pytest.fixture
def fail(town, database):
    """Makes notices to rita that failed."""

    def make(number=1, channel="wecom", why="status:404", sent_at=None):
        with database.transaction() as db:
            from server.models import User

            rita = db.scalar(select(User.actor_id).where(User.email == "rita@example.test"))
            for _ in range(number):
                at = db.query(Notification).count()
                row = Notification(project_id=town.project_id, occasion=f"secret-key-{at}:red", recipient_id=rita)
                row.channel, row.kind, row.state, row.why, row.tries = channel, "escalated", "failed", why, 10
                row.not_before = row.created_at = row.claimed_at = MORNING
                row.sent_at = sent_at
                db.add(row)
                db.flush()

    return make


def states(database):
    with database.reading() as db:
        return [
            (row.state, row.tries, row.why, row.sent_at)
            for row in db.scalars(select(Notification).order_by(Notification.id))
        ]


@pytest.mark.parametrize("name", ["ada", "lea"])
def test_it_is_listed_without_its_words(town, browse, fail, name):
    assert "都送到了" in text_of(browse(name).see(PATH))
    fail()
    page = browse(name).see(PATH)
    assert all(word in text_of(page) for word in ("rita", "企业微信", "HTTP 状态 404", "10"))
    assert "secret-key" not in page.get_data(as_text=True)
    assert PATH in browse(name).see("/timetable").get_data(as_text=True)


@pytest.mark.parametrize("name", ["rita", "vera", "otto"])
def test_others_see_and_send_nothing(town, browse, fail, database, name):
    fail()
    browser = browse(name)
    assert browser.see(PATH).status_code in (403, 404)
    assert browser.send(f"{PATH}/replay", {"which": "all"}).status_code in (403, 404)
    assert states(database)[0][0] == "failed"


def test_one_is_sent_again_and_the_audit_says_so(town, browse, fail, database):
    fail(2, sent_at=MORNING)
    lea = browse("lea")
    assert "可能会收到两次" in text_of(lea.see(PATH))
    with database.reading() as db:
        first = db.scalars(select(Notification.id).order_by(Notification.id)).first()
    assert lea.send(f"{PATH}/replay", {"notice": str(first)}).status_code == 303
    assert states(database) == [("waiting", 0, None, None), ("failed", 10, "status:404", MORNING)]
    assert lea.send(f"{PATH}/replay", {"notice": str(first)}).status_code == 404
    with database.reading() as db:
        acts = db.scalars(select(Audit).where(Audit.action == "notice.replay")).all()
        assert [act.details for act in acts] == [{"notices": 1}]


def test_all_are_sent_again(town, browse, fail, database):
    fail(3)
    assert browse("lea").send(f"{PATH}/replay", {"which": "all"}).status_code == 303
    assert {state for state, *_ in states(database)} == {"waiting"}


def test_the_page_asks_as_many_questions_for_sixty_as_for_one(town, browse, fail, count_queries):
    fail()
    lea = browse("lea")
    lea.see(PATH)
    with count_queries() as few:
        lea.see(PATH)
    fail(59)
    with count_queries() as many:
        page = lea.see(PATH)
    assert len(many) == len(few)
    assert "第 1–50 条，共 60 条" in text_of(page)


def test_whatever_leaves_the_house_has_a_name_there(town, browse, fail, database):
    kinds = {*BEYOND_INBOX, DIGEST}
    assert set(KIND_WORDS) == kinds
    fail(len(kinds))
    with database.transaction() as db:
        for kind, row in zip(sorted(kinds), db.scalars(select(Notification)), strict=True):
            row.kind = kind
    words = text_of(browse("lea").see(PATH))
    assert all(word in words for word in ("没有同步的手机", "每天的汇总", "要紧的事")), words
    assert not [kind for kind in kinds if kind in words]
