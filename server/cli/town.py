"""Commands about a town: its people, boundaries, forms, and whom it is to visit."""

import argparse
import json
import secrets
import sys
from collections.abc import Iterator
from typing import Any

from server.access.people import create_administrator, create_user
from server.access.projects import get_project
from server.blobs import BlobStore
from server.cli.folders import open_data, open_to_read
from server.cli.output import print_list
from server.clock import now, today
from server.config import Config


def run_add_user(arguments: argparse.Namespace) -> int:
    given = "" if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    password = given or secrets.token_urlsafe(12)
    with open_data(arguments.data) as database, database.transaction() as db:
        if arguments.admin:
            create_administrator(db, arguments.email, password, now())
        else:
            create_user(db, arguments.email, password, None, by=None, now=now())
    print(arguments.email if given else f"{arguments.email} {password}")
    return 0


def run_import_boundaries(arguments: argparse.Namespace) -> int:
    from server.places.villages import import_boundaries_file
    from server.publishing.library import refresh_villages

    config = Config.from_env(arguments.data)
    with open_data(arguments.data) as database, database.transaction() as db:
        project = get_project(db, arguments.project)
        report = import_boundaries_file(db, project, arguments.file, arguments.crs, None, now(), arguments.dry_run)
        if not arguments.dry_run:
            refresh_villages(db, BlobStore(config.blob_dir, database.keys), project, now())
    if arguments.json:
        print(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        print(report.as_text("zh"), report.as_text("en"), sep="\n\n")
    return 0


def run_publish_library(arguments: argparse.Namespace) -> int:
    from server.access.tokens import load_key
    from server.publishing.library import publish_library

    config = Config.from_env(arguments.data)
    with open_data(arguments.data) as database, database.transaction() as db:
        project = get_project(db, arguments.project)
        key = load_key(config.key_file)
        for form in publish_library(db, BlobStore(config.blob_dir, database.keys), project, None, now(), key):
            print(form.xml_form_id)
    return 0


def run_follow_ups(arguments: argparse.Namespace) -> int:
    from server.followups import simulating
    from server.followups.rule_files import read_rule

    drafts = [read_rule(file.read_bytes(), file.name) for file in arguments.rules or ()]
    with open_to_read(arguments.data) as db:
        project = get_project(db, arguments.project)
        day = arguments.as_of or today(now())
        if drafts:
            return print_changes(arguments, simulating.changed_by(db, project, day, drafts))
        dues = simulating.standing_on(db, project, day)
        if arguments.json:
            print_list(json.dumps(simulating.as_json(one), ensure_ascii=False) for one in dues)
            return 0
        print("  ".join(simulating.HEADING))
        for one in dues:
            print(*simulating.as_lines(one), sep="\n")
    return 0


def print_changes(arguments: argparse.Namespace, changes: Iterator[Any]) -> int:
    from server.followups.simulating import HEADING, change_as_json, change_as_lines

    if arguments.json:
        print_list(json.dumps(change_as_json(one), ensure_ascii=False) for one in changes)
        return 0
    print("  ".join(HEADING))
    for one in changes:
        print(*change_as_lines(one), sep="\n")
    return 0
