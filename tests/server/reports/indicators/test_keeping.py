"""Windows are kept in order, by cluster where there are some; the town is told where one cluster is small."""

from datetime import timedelta

from sqlalchemy import select

from server.access.month_ends import number_of, read_month
from server.models import Project, Release, Village
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
