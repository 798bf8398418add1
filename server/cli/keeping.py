"""Commands that keep data in order: upgrade, rederive, keys, retention, purge."""

import argparse
import json
import sys
from dataclasses import asdict

from server.access.projects import get_project
from server.blobs import BlobStore, FileDamaged
from server.cli.folders import check_account, check_folder, open_as_it_is, open_data
from server.cli.output import BROKEN, complain, show_progress
from server.clock import now
from server.config import Config
from server.db import Database
from server.rotating import count_to_seal, forget_keys, list_keys, reseal_files, rotate
from server.serving import own_folder
from server.upgrading import open_direct, upgrade


def run_upgrade(arguments: argparse.Namespace) -> int:
    config = Config.from_env(arguments.data)
    check_folder(config)
    check_account(config)
    with own_folder(config.data_dir), open_direct(config) as database:
        saved = upgrade(database, config.data_dir, now())
    print(f"备份在 / backup in: {saved}" if saved else "数据已是最新 / the data are up to date")
    return 0


def run_rederive(arguments: argparse.Namespace) -> int:
    from server.intake.rederiving import rederive

    with open_data(arguments.data) as database:
        if arguments.project is not None:
            with database.reading() as db:
                get_project(db, arguments.project)
        records, subjects = rederive(database, arguments.project, now(), show_progress)
    print(f"{records} 份记录，{subjects} 个对象 / {records} records, {subjects} subjects")
    return 0


def run_keys(arguments: argparse.Namespace) -> int:
    """Shows, changes or forgets keys; with `--dry-run` it says what would be done."""
    config, code = Config.from_env(arguments.data), 0
    only_looks = arguments.what == "show" or arguments.dry_run
    with (open_as_it_is if only_looks else open_data)(arguments.data) as database:
        if arguments.what == "rotate" and arguments.dry_run:
            number = count_to_seal(database)
            print(
                f"将重新封存 {number} 个值和全部文件 / {number} values and all files would be sealed anew",
                file=sys.stderr,
            )
        elif arguments.what == "rotate":
            code = change_keys(database, BlobStore(config.blob_dir, database.keys))
        elif arguments.what == "forget" and not arguments.dry_run:
            forget_keys(database, BlobStore(config.blob_dir, database.keys))
        shown = list_keys(database)
    if arguments.json:
        print(json.dumps([one._asdict() for one in shown]))
        return code
    for one in shown:
        use = "在用 / in use" if one.in_use else "旧的 / old"
        print(f"{one.key_id}  {one.values:>9}  {use}")
    return code


def change_keys(database: Database, store: BlobStore) -> int:
    """1 when stored files are damaged: everything else is under the new key, and the old one is kept for them."""
    rotate(database, now(), show_progress)
    try:
        reseal_files(store, show_progress)
    except FileDamaged as damaged:
        names = "\n".join(damaged.args)
        return complain(
            f"{len(damaged.args)} 个文件坏了，从备份找回以后再换一次；其余都换了 / {len(damaged.args)} files are damaged: bring "
            f"them back from a backup, then change again; all others are under the new key\n{names}",
            BROKEN,
        )
    return 0


def run_retention(arguments: argparse.Namespace) -> int:
    """Shrinks what is past its time, or with `--dry-run` says what that would be."""
    from server.registry import retention_runs

    config = Config.from_env(arguments.data)
    with (open_as_it_is if arguments.dry_run else open_data)(arguments.data) as database:
        if arguments.project is not None:
            with database.reading() as db:
                get_project(db, arguments.project)
        if arguments.dry_run:
            with database.reading() as db:
                reports = retention_runs.plan_retention(db, arguments.project, arguments.as_of or now())
        else:
            store = BlobStore(config.blob_dir, database.keys)
            reports = retention_runs.run_retention(database, store, arguments.project, now())
    if arguments.json:
        print(json.dumps({str(project): asdict(one) for project, one in reports.items()}))
    for project, one in () if arguments.json else reports.items():
        print(
            f"项目 {project}：{one.women} 人，{one.records + one.sealed_records} 份记录，{one.files} 个附件", end=" / "
        )
        print(f"project {project}: {one.women} women, {one.records + one.sealed_records} records, {one.files} files")
    return 0


def run_purge(arguments: argparse.Namespace) -> int:
    """Empties the trash of what has been there for thirty days, or with `--dry-run` says what that would be."""
    from server.intake import purging

    config = Config.from_env(arguments.data)
    with (open_as_it_is if arguments.dry_run else open_data)(arguments.data) as database:
        if arguments.dry_run:
            with database.reading() as db:
                done = purging.plan_purge(db, now())
        else:
            done = purging.run_purge(database, BlobStore(config.blob_dir, database.keys), now())
    counts = {"submissions": done.submissions, "entities": done.entities, "forms": done.forms}
    if arguments.json:
        print(json.dumps(counts))
    else:
        print(f"{done.submissions} 份记录，{done.entities} 个条目，{done.forms} 张表单", end=" / ")
        print(", ".join(f"{number} {name}" for name, number in counts.items()))
    return 0
