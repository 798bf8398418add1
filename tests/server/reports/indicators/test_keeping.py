"""Windows are kept in order, by cluster where there are some; the town is told where one cluster is small."""

import itertools
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from server.access.month_ends import number_of, read_month
from server.followups.working_days import WEEKENDS_ONLY
from server.models import Project, Release, Village
from server.reports.indicators.births import Course
from server.reports.indicators.definitions import BIRTHS, KEPT
from server.reports.indicators.gathering import Town
from server.reports.indicators.keeping import release_end
from tests.conftest import MORNING
from tests.server.reports.indicators.counted_town import END
from tests.server.web.pages.conftest import CODES, text_of

CLUSTERS = ("N1", "S1")


def in_clusters(town, names=("北片", "南片")):
    """The first village in the one cluster, the second in the other."""
    with town.database.transaction() as db:
        for code, cluster, name in zip(CODES, CLUSTERS, names, strict=True):
            above = Village(project_id=town.project_id, code=cluster, name=name, created_at=MORNING)
            db.add(above)
            db.flush()
            db.scalars(select(Village).where(Village.code == code)).one().parent_id = above.id


def newest(town, measure="indicator I2"):
    with town.database.reading() as db:
        row = db.scalars(select(Release).where(Release.measure == measure).order_by(Release.number.desc())).first()
        return row.number, read_month(row.told_json)


def test_clusters_are_told_with_the_town(counted, lead):
    in_clusters(counted)
    counted.births(CODES[0])
    counted.births(CODES[1], groups=(12, 9, 6))
    counted.count()
    number, month = newest(counted)
    assert number == number_of(END)
    rates = {place: (rate.done, rate.of) for place, rate in month.clusters.items()}
    assert rates == {"N1": (20, 35), "S1": (12, 27)} and (month.town.done, month.town.of) == (32, 62)
    page = text_of(lead.see("/reports/indicators/I2"))
    assert page.index("北片 57% 20/35") < page.index("南片 44% 12/27")


def test_a_small_cluster_hides_another_and_not_the_town(counted, lead):
    in_clusters(counted)
    counted.births(CODES[0])
    counted.births(CODES[1], groups=(5, 0, 0))
    counted.count()
    _, month = newest(counted)
    assert {place: rate.why for place, rate in month.clusters.items()} == {"N1": "complement", "S1": "few_people"}
    assert (month.town.done, month.town.of) == (25, 40)
    assert "20/35" not in text_of(lead.see("/reports/indicators/I2"))


def test_a_town_without_villages_and_a_plain_project_have_none(app, database, counted):
    with database.transaction() as db:
        db.add(Project(name="空", kind="care", created_at=MORNING))
        db.add(Project(name="平", kind="plain", created_at=MORNING))
    counted.count()
    with database.reading() as db:
        assert set(db.scalars(select(Release.project_id))) == {counted.project_id}


def test_a_later_run_adds_what_has_come_to_be_told_and_nothing_else(counted):
    counted.births()
    first = counted.count()
    assert counted.count() == 0
    later = counted.count(MORNING + timedelta(days=20))
    assert 0 < later < first
    assert newest(counted)[0] == number_of(END) + 1


def test_a_few_more_births_move_no_number(counted):
    counted.births()
    counted.count()
    with counted.database.transaction() as db:
        project = db.get_one(Project, counted.project_id)
        for _ in range(4):
            counted.birth(db, project, "A")
    counted.count(MORNING + timedelta(days=20))
    number, month = newest(counted)
    assert number == number_of(END) + 1 and (month.town.done, month.town.of) == (20, 35)


def test_days_without_stock_and_sessions_are_told_however_few(counted):
    with counted.database.transaction() as db:
        counted.lot(db, "2025-12-01", "2026-01-30")
        counted.session_held(db, "2025-11-04")
    counted.count()
    stock, held = (newest(counted, f"indicator {name}")[1].town for name in ("I7", "I17"))
    assert (stock.done, stock.of) == (2, 31) and (held.done, held.of) == (1, 2)


FAMILY = [one for one in KEPT if one.family == BIRTHS]
ENDS = FAMILY[0].ends(END + timedelta(days=20))[-4:]
PARTS = [("I2b", "I2"), ("I3", "I3b"), ("I5", "I2"), ("I5", "I3b")]
"""Each is done wherever the second is, and of no more."""


@st.composite
def a_group(draw: st.DrawFn) -> list[Course]:
    """Some women of one place who gave birth on one day and are alike."""
    born = draw(st.sampled_from(ENDS)) - timedelta(days=draw(st.sampled_from((60, 150, 400, 420))))
    anchor = born - timedelta(days=draw(st.sampled_from((255, 280))))
    checks = [anchor + timedelta(days=at) for at in draw(st.sampled_from(((60, 120, 150, 200, 262), (60, 120), ())))]
    left = draw(st.sampled_from((born, None)))
    visits = tuple(born + timedelta(days=at) for at in draw(st.sampled_from(((3, 45), (20,), ()))))
    course = Course(
        "", draw(st.sampled_from("NS")), anchor, anchor + timedelta(days=60), tuple(checks), born, born, left, visits
    )
    return [course] * draw(st.integers(1, 14))


@settings(max_examples=60)
@given(st.lists(a_group(), max_size=8))
def test_no_two_numbers_of_births_give_a_small_one_by_subtraction(groups):
    """At each end, of each cluster and of the town: two rates of which one is a part of the other; and from end to end."""
    courses = [replace(one, woman=str(number)) for number, one in enumerate(itertools.chain(*groups))]
    town, before, told = Town(WEEKENDS_ONLY, courses=courses), {}, []
    for end in ENDS:
        due = [one for one in FAMILY if end.month % one.every == 0]
        before |= release_end(due, frozenset("NS"), town, end, before)
        told.append({one.id: before[one.id][0] for one in due})
    for at_end in told:
        for inner, outer in PARTS:
            for place in (None, "N", "S"):
                one, other = rate_at(at_end[inner], place), rate_at(at_end[outer], place)
                assert_no_small(one, other, ("of", "done", "missed"))
        for one, other in itertools.combinations(at_end.values(), 2):
            for place in (None, "N", "S"):
                assert_no_small(rate_at(one, place), rate_at(other, place), ("of",))
    for first, second in itertools.pairwise(told):
        for name in first.keys() & second.keys():
            for place in (None, "N", "S"):
                assert_no_small(rate_at(first[name], place), rate_at(second[name], place), ("done", "missed"))


def rate_at(month, place):
    return month.town if place is None else month.clusters[place]


def assert_no_small(one, other, which):
    if one.done is None or other.done is None:
        return
    apart = {"of": one.of - other.of, "done": one.done - other.done}
    apart["missed"] = apart["of"] - apart["done"]
    for name in which:
        assert apart[name] == 0 or abs(apart[name]) >= 5, (name, one, other)
