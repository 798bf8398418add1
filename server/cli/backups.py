"""Commands for backups: backup, backup new-key, restore."""

import argparse
import json
import sys
from pathlib import Path

from server.backups import BackupBroken, BackupRefused
from server.backups.carried_key import make_key_pair
from server.backups.making import Planned, make_backup, plan_backup
from server.backups.restoring import restore_backup
from server.backups.state import write_state
from server.blobs import BlobStore
from server.cli.folders import check_account, check_folder, open_as_it_is
from server.cli.output import BROKEN, WRONG, complain, show_progress
from server.clock import now
from server.config import Config
from server.db import Database


def run_backup(arguments: argparse.Namespace) -> int:
    """Makes a backup, says with `--dry-run` what it would be, or makes the key that backups are sealed to."""
    config = Config.from_env(arguments.data)
    check_account(config)
    try:
        if arguments.what == "new-key":
            check_folder(config)
            return make_key(arguments.file, config)
        with open_as_it_is(arguments.data) as database:
            folder = (arguments.to or config.backup_folder).resolve()
            if arguments.dry_run:
                return tell_plan(plan_backup(database, config.data_dir), folder, arguments.json)
            return back_up(config, database, folder, arguments.json)
    except BackupRefused as refused:
        return complain(str(refused), WRONG)
    except BackupBroken as broken:
        return complain(f"试着恢复时发现不对，没有留下 / it did not stand the trial and was not kept: {broken}", BROKEN)


def make_key(file: Path, config: Config) -> int:
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    public = make_key_pair(file, config.data_dir)
    print(public)
    print(
        f"把 {file} 拿离这台服务器，抄两份：没有它谁也恢复不了；以前的备份仍要以前的钥匙 / carry {file} away from this "
        "server, in two copies: nobody can restore without it; older backups still need the older key",
        file=sys.stderr,
    )
    return 0


def tell_plan(planned: Planned, folder: Path, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"files": planned.files, "size": planned.size, "folder": str(folder)}))
        return 0
    print(f"{planned.files} 个文件，共 {planned.size} 字节，将放到 {folder}", end=" / ")
    print(f"{planned.files} files of {planned.size} bytes would go into {folder}")
    return 0


def back_up(config: Config, database: Database, folder: Path, as_json: bool) -> int:
    """1 when files were missing or damaged on this server: the backup is kept, and holds the rest."""
    at, store = now(), BlobStore(config.blob_dir, database.keys)
    made = make_backup(database, store, config.data_dir, folder, at, show_progress)
    write_state(config.data_dir, made, at)
    if as_json:
        print(json.dumps({**vars(made), "path": str(made.path)}))
    else:
        print(f"{made.rows} 行，{made.files} 个文件，已试过 / {made.rows} rows, {made.files} files, tried\n{made.path}")
    if made.lost:
        return complain(f"{made.lost} 个文件丢了或坏了 / {made.lost} files are missing or damaged", BROKEN)
    return 0


def run_restore(arguments: argparse.Namespace) -> int:
    """Restores a backup into an empty folder, and with PostgreSQL into the empty database that the settings name."""
    config = Config.from_env(arguments.data)
    try:
        manifest = restore_backup(arguments.file, arguments.key, config, show_progress)
    except BackupRefused as refused:
        return complain(str(refused), WRONG)
    except BackupBroken as broken:
        return complain(str(broken), BROKEN)
    rows = sum(manifest.tables.values())
    print(f"已恢复 {manifest.made_at} 的备份：{rows} 行，{manifest.files} 个文件", end=" / ")
    print(f"restored the backup of {manifest.made_at}: {rows} rows, {manifest.files} files")
    print(
        "那以后的删除、撤回、停用的账号和手机都不在里面：照着再做一遍，再让人用 / what was erased, withdrawn or stopped since is "
        "not in it: do it again before anybody uses it",
        file=sys.stderr,
    )
    return 0
