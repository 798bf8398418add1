#!/usr/bin/env python3
"""What it costs to compare all women of a large town, and to find one: CPU seconds and milliseconds on SpatiaLite.

    .venv/bin/python -m tests.benchmarks.people [WOMEN]

Rows are written as the derivers leave them; phones and age bands, which stand in records, are left out.
"""

import random
import sys
import tempfile
import time
import uuid
from pathlib import Path

import orjson
from sqlalchemy import insert, text

from server.access.allow import Scope
from server.access.her_worker import Carer
from server.clock import now, today
from server.config import Config
from server.db import Database
from server.models import Dataset, Entity, PersonPair, PersonWait, Project, Woman, table_of
from server.registry.duplicates import look_at_waiting
from server.registry.finding_people import find_people
from server.registry.reach import Reach
from server.upgrading import upgrade

SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡林郭何高罗郑梁谢宋唐许韩冯邓曹"
GIVEN = "秀英桂芳玉兰春梅晓燕丽华小红美玲雪海素珍文静建芬彩霞凤淑金花敏婷佳怡琴云莲翠"
SEARCHES = ("wa", "wxy", "wangxiaoyan", "王", "W-01234")


def fill(database: Database, women: int) -> int:
    drawn = random.Random(7)
    with database.transaction() as db:
        project = Project(name="镇", kind="care", created_at=now())
        db.add(project)
        db.flush()
        dataset = Dataset(project_id=project.id, name="women", created_at=now())
        db.add(dataset)
        db.flush()
        consents: dict[str, object] = {
            f"consent_{one}": True for one in ("service", "reminder", "share_clinic", "location", "stats")
        }
        consents["consent_until"] = today(now())
        rows, entities = [], []
        for number in range(women):
            name = drawn.choice(SURNAMES) + "".join(drawn.choices(GIVEN, k=2))
            her = {"uuid": str(uuid.uuid4()), "label": f"W-{number:05} {name[0]}*"}
            village = f"5199012010{number * 40 // women:02}"
            rows.append({"project_id": project.id, "village_code": village, **her, **consents})
            told = orjson.dumps({"display_name": name, "village_code": village}).decode()
            entities.append({"dataset_id": dataset.id, "data_json": told, "created_at": now(), "version": 1, **her})
        db.execute(insert(table_of(Woman)), rows)
        db.execute(insert(table_of(Entity)), entities)
        waits = [{"project_id": project.id, "woman_uuid": one["uuid"]} for one in rows]
        db.execute(insert(table_of(PersonWait)), waits)
        return project.id


def main(women: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        config = Config(data_dir=Path(folder), testing=True)
        database = Database(config.sqlalchemy_url, config.key_file)
        upgrade(database, Path(folder), now())
        project_id = fill(database, women)
        began, cpu = time.monotonic(), time.process_time()
        done = look_at_waiting(database, women, now())
        print(f"{done} women compared: {time.process_time() - cpu:.1f} CPU s, {time.monotonic() - began:.1f} s")
        with database.transaction() as db:
            db.execute(text("ANALYZE"))
        reach = Reach(Scope(project_id, True, frozenset()), True, "clinician", today(now()), Carer("clinician"))
        with database.reading() as db:
            print(f"{db.query(PersonPair).count()} pairs")
            for wanted in SEARCHES:
                times = []
                for _ in range(5):
                    cpu = time.process_time()
                    found = find_people(db, reach, wanted)
                    times.append(time.process_time() - cpu)
                print(
                    f"  {wanted}: {len(found.women)}{'+' if found.is_cut else ''} found, {1000 * min(times):.0f} CPU ms"
                )
        database.dispose()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
