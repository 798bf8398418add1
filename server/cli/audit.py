"""The command that checks the audit: audit verify."""

import argparse
import json

from server.access.audit_chain import Head
from server.access.audit_heads import Anchor, HeadsUnreadable, read_anchors
from server.access.audit_verifying import REASONS, Verdict, verify_chain
from server.cli.folders import open_to_read
from server.cli.output import BROKEN, complain
from server.config import Config


def run_audit(arguments: argparse.Namespace) -> int:
    """0 when the audit is whole, 1 when it is not: the first wrong position is printed."""
    data_dir = Config.from_env(arguments.data).data_dir
    try:
        anchors = read_anchors(data_dir)
    except HeadsUnreadable as unreadable:
        return complain(f"链头文件读不了 / the file of heads cannot be read: {unreadable}", BROKEN)
    if arguments.head:
        anchors.append(Anchor(Head(*arguments.head), "given"))
    with open_to_read(arguments.data) as db:
        verdict = verify_chain(db, anchors)
    print(json.dumps(verdict.as_json()) if arguments.json else say_verdict(verdict))
    return 0 if verdict.is_whole else BROKEN


def say_verdict(verdict: Verdict) -> str:
    head = f"{verdict.head.position}:{verdict.head.hash.hex()}"
    broken = verdict.broken
    if broken:
        row = f"，audit {broken.audit_id}" if broken.audit_id is not None else ""
        zh, en = REASONS[broken.why]
        return f"第 {broken.position} 环不对{row}：{zh} / link {broken.position} is wrong: {en}"
    counts = f"{verdict.links} 环，{verdict.waiting} 行待接，依法删改 {verdict.redacted} 行"
    english = f"{verdict.links} links, {verdict.waiting} rows waiting, {verdict.redacted} redacted by law"
    return f"操作记录完整：{counts} / the audit is whole: {english}\n{head}"
