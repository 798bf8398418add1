"""A sealed record is flagged with its form, its day and the reason; its answers, sender and name are shown to nobody."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from server.models import Seal, Submission, VillageScope
from tests.conftest import MORNING
from tests.server.web.pages.conftest import Browser, Town, text_of

Browse = Callable[..., Browser]


@pytest.fixture
def shut(town: Town) -> int:
    """One open record and a sealed one, which says what nobody may read."""
    town.record(note="公开")
    sealed = town.record(note="不给人看")
    with town.database.transaction() as db:
        closed = {"sealed": True, "health": True, "village_id": None, "place_how": None}
        db.execute(update(Submission).where(Submission.id == sealed).values(**closed))
        db.add(Seal(submission_id=sealed, project_id=town.project_id, reason="no_consent", sealed_at=MORNING))
    return sealed


@pytest.mark.parametrize(
    ("language", "word", "why"), [("zh_Hans", "已封存", "没有有效的同意"), ("en", "Sealed", "consent")]
)
def test_a_reviewer_sees_that_a_record_is_sealed_and_why(
    browse: Browse, shut: int, language: str, word: str, why: str
) -> None:
    rita = browse("rita", language)
    listed, page = text_of(rita.see("/review/sealed")), text_of(rita.see(f"/review/{shut}"))
    for text in (listed, page):
        assert word in text
        assert why in text
        assert "走访" in text
        assert "不给人看" not in text
        assert "赵秀兰" not in text


def test_the_list_has_a_tab_for_sealed_records_and_counts_them_nowhere_else(browse: Browse, shut: int) -> None:
    rita = browse("rita")
    text = text_of(rita.see("/review"))
    assert "全部 1" in text
    assert "已封存 1" in text
    assert rita.see(f"/review/{shut}/panel").status_code == 404
    assert rita.send(f"/review/{shut}/state", {"state": "approved"}).status_code == 404


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("unknown", "还没收到本人的登记"),
        ("erased", "她要求删除自己的资料"),
        ("case_removed", "是这一户要求的"),
        ("unread", "还没有核对"),
    ],
)
def test_every_reason_has_its_words(browse: Browse, town: Town, shut: int, reason: str, why: str) -> None:
    with town.database.transaction() as db:
        db.execute(update(Seal).values(reason=reason))
    assert why in text_of(browse("rita").see(f"/review/{shut}"))


def test_who_has_some_villages_sees_what_is_sent_by_those_who_work_there(browse: Browse, town: Town, shut: int) -> None:
    vera = browse("vera")
    assert vera.see(f"/review/{shut}").status_code == 404
    with town.database.transaction() as db:
        village = VillageScope.village_id
        db.execute(
            update(VillageScope).where(VillageScope.actor_id == town.phone_id).values({village: town.village_ids[0]})
        )
    assert vera.see(f"/review/{shut}").status_code == 200
    with town.database.transaction() as db:
        db.execute(
            update(VillageScope).where(VillageScope.actor_id == town.phone_id).values({village: town.village_ids[1]})
        )
    assert 'href="/review/sealed"' not in vera.see("/review").get_data(as_text=True)


def test_without_the_right_to_records_nobody_sees_them(browse: Browse, shut: int) -> None:
    for name in ("lea", "ada"):
        assert browse(name).see("/review/sealed").status_code == 403
        assert browse(name).see(f"/review/{shut}").status_code == 403


def test_where_nothing_is_sealed_the_list_says_so(browse: Browse, town: Town) -> None:
    assert "没有封存的记录" in text_of(browse("rita").see("/review/sealed"))
