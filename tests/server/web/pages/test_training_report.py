"""Training: sums for the lead and the trainer, names of who takes the quiz again for the trainer alone, and never in one row."""

import orjson
import pytest

from server.models import WORKERS, Dataset, Entity
from tests.conftest import MORNING
from tests.server.web.pages.conftest import HTML, text_of
from tests.server.web.pages.test_office import OfficeTown

PAGE = "/reports/training"


@pytest.fixture
def town(paged, database):
    return OfficeTown(paged, database)


def quiz(town, results):
    """Each took the quiz on 20 February; whether she passed, by name."""
    with town.database.transaction() as db:
        workers = db.query(Dataset).filter_by(project_id=town.project_id, name=WORKERS).first()
        if workers is None:
            workers = Dataset(project_id=town.project_id, name=WORKERS, created_at=MORNING)
            db.add(workers)
            db.flush()
        for name, passed in results.items():
            data = orjson.dumps({"quiz_on": "2026-02-20", "passed": "1" if passed else "0", "score": "57"}).decode()
            db.add(Entity(dataset_id=workers.id, uuid=name, label=name, data_json=data, created_at=MORNING))


def test_from_five_on_there_are_sums_and_the_trainer_alone_has_names(town, browse):
    quiz(town, {"刘一": True, "陈二": True, "张三": True, "李四": False, "王五": False})
    for who in ("lea", "tess"):
        words = text_of(browse(who).see(PAGE))
        assert "参加测验 5" in words and "通过 3" in words and "要补考 2" in words and "57" not in words
        assert ("李四" in words, "王五" in words) == ((True, True) if who == "tess" else (False, False))
        assert "刘一" not in words, "who passed is listed to nobody"


def test_of_four_no_sum_is_told(town, browse):
    quiz(town, {"刘一": True, "陈二": True, "张三": True, "李四": False})
    words = text_of(browse("lea").see(PAGE))
    assert "少于 5" in words and "通过 3" not in words and "李四" not in words
    assert "李四" in text_of(browse("tess").see(PAGE))


def test_where_nobody_took_it_nobody_takes_it_again(town, browse):
    assert "没有人要补考" in text_of(browse("tess").see(PAGE))


def test_sessions_of_this_quarter_are_counted(town, browse):
    tess = browse("tess")
    tess.see("/office")
    tess.send("/office", {"rule": "TRN-Q", "period": "2026-01-01", "day": "2026-02-03"})
    assert "本季度办了几期 1" in text_of(tess.see(PAGE)) and PAGE in tess.see("/office").get_data(as_text=True)


@pytest.mark.parametrize("who", ["ada", "wang", "lin", "rita"])
def test_nobody_else_has_it(town, browse, who):
    assert browse(who).client.get(PAGE, headers=HTML).status_code == 403


def test_many_quizzes_ask_the_database_as_often_as_one(town, browse, count_queries):
    quiz(town, {"刘一": False})
    tess = browse("tess")
    tess.see(PAGE)
    with count_queries() as one:
        tess.see(PAGE)
    quiz(town, {f"人{number}": number % 2 == 0 for number in range(9)})
    with count_queries() as many:
        tess.see(PAGE)
    assert len(many) == len(one)
