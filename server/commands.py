"""What may be typed after `./fangshi`. Standard library only: it is read before anything is installed."""

import argparse
import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

SERVE_PORT = 8383
MOST_DIGITS = 15  # of a project's number
HEX = re.compile("[0-9a-f]{64}")

TEXTS = {
    "serve": "启动服务：网页、手机入口和定时任务 / run the server: pages, phones and timetable, in the foreground",
    "demo": "造一个演示镇并打开 / make a demo town and serve it",
    "test": "跑全部测试 / run every test on both databases",
    "upgrade": "备份并升级数据 / back up the data and bring its schema up to date",
    "add-user": "新建用户 / add a user; the password is read from standard input or made up",
    "import-boundaries": "导入村界 / import village boundaries from a file",
    "import-central": "从 ODK Central 搬来一个项目，可以续 / bring a project from an ODK Central; run again, it goes on",
    "import-kobo": "从 KoboToolbox 导出的文件搬来一张表单 / bring a form with its records from files of KoboToolbox",
    "publish-library": "发布自带表单 / publish the forms that come with Fangshi in a care project",
    "forms": "把表单存成 Excel；看两版有什么不同 / forms as workbooks for Excel; what differs between two versions",
    "jobs": "只跑定时任务 / run only the timetable",
    "follow-ups": "列出某一天的随访，什么都不改 / print the follow-ups as they would stand on a day; changes nothing",
    "audit": "核对操作记录有没有被改过 / check that the audit is as it was written; changes nothing",
    "retention": "到期的资料只留编号和份数 / shrink what nobody needs any more; --dry-run says what it would do",
    "purge": "清空回收站里满三十天的 / take what has been in the trash for thirty days; --dry-run says what it would do",
    "keys": "封存答案和姓名的密钥：查看、更换、忘掉旧的 / the keys that seal answers and names: show, change, forget old ones",
    "backup": "做一份加密的备份并试着恢复 / make a sealed backup and try it; new-key makes the key to be carried away",
    "restore": "从备份恢复到空的数据目录 / restore a backup into an empty data folder",
    "form-docs": "关于自带表单的页面，写进 docs/forms / pages about our own forms, written to docs/forms",
    "rule-docs": "关于规则的页面和规则文件的格式，写进 docs / the page about our rules and the schema of a rule file, in docs",
    "rederive": "重新推算 / work out again what follows from the records; changes nothing where all is well",
}


def make_parser(version: str) -> argparse.ArgumentParser:
    """The parser of the whole command line; `.command` names the command, None when nothing was typed."""
    parser = argparse.ArgumentParser(
        prog="fangshi", description="访视 Fangshi: 村里的访视数据 / field data for village visits"
    )
    parser.add_argument("--version", action="version", version=f"fangshi {version}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    made = {}
    for name, text in TEXTS.items():
        made[name] = commands.add_parser(name, help=text, description=text)
        made[name].add_argument("--version", action="version", version=f"fangshi {version}")
    add_serving(made["serve"], host="127.0.0.1", data="fangshi-data")
    add_tls(made["serve"])
    add_serving(made["demo"], host="0.0.0.0", data=None)  # noqa: S104 - the demo is for phones on the same network
    made["demo"].add_argument(
        "--fresh", action="store_true", help="重新造 / throw the demo data away and make it again"
    )
    add_test(made["test"])
    for name in (
        "upgrade",
        "add-user",
        "import-boundaries",
        "publish-library",
        "jobs",
        "follow-ups",
        "rederive",
        "retention",
        "import-central",
        "import-kobo",
        "purge",
    ):
        add_data(made[name], "fangshi-data")
    add_user(made["add-user"])
    add_import(made["import-boundaries"])
    add_central(made["import-central"])
    add_kobo(made["import-kobo"])
    made["publish-library"].add_argument("--project", required=True, type=read_project, metavar="P")
    add_forms(made["forms"])
    add_follow_ups(made["follow-ups"])
    add_audit(made["audit"])
    add_keys(made["keys"])
    add_retention(made["retention"])
    add_purge(made["purge"])
    add_backup(made["backup"])
    add_restore(made["restore"])
    for name in ("form-docs", "rule-docs"):
        made[name].add_argument("--check", action="store_true", help="只核对，不写 / only say whether they are current")
    made["rederive"].add_argument(
        "--project", type=read_project, metavar="P", help="只推算一个项目 / one project alone"
    )
    made["jobs"].add_argument("--once", action="store_true", help="只跑一遍 / run every step once and stop")
    made["jobs"].add_argument("--as-of", type=read_instant, metavar="TIME", help="当作现在 / the instant taken for now")
    return parser


def read_arguments(argv: Sequence[str], version: str) -> argparse.Namespace:
    """The command line as typed. Leaves by SystemExit: 0 after --help or --version, 2 with the reason when wrong."""
    parser = make_parser(version)
    arguments = parser.parse_args(list(argv))
    if arguments.command is None:
        parser.print_help()
        raise SystemExit(2)
    if arguments.command == "serve" and bool(arguments.tls_cert) != bool(arguments.tls_key):
        parser.error("--tls-cert 和 --tls-key 要一起给 / --tls-cert and --tls-key go together")
    if arguments.command == "jobs" and arguments.as_of and not arguments.once:
        parser.error("--as-of 要和 --once 一起给 / --as-of goes with --once")
    if arguments.command == "forms" and arguments.what == "compare" and len(arguments.form) != 2:
        parser.error("compare 要两个 / compare takes two: A B")
    if arguments.command == "backup" and bool(arguments.what) != bool(arguments.file):
        parser.error("new-key 和 FILE 要一起给 / new-key and FILE go together")
    if arguments.command == "retention" and arguments.as_of and not arguments.dry_run:
        parser.error("--as-of 要和 --dry-run 一起给 / --as-of goes with --dry-run")
    return arguments


def add_serving(parser: argparse.ArgumentParser, host: str, data: str | None) -> None:
    parser.add_argument("--host", default=host, metavar="H", help=f"监听地址 / address to listen on ({host})")
    parser.add_argument("--port", default=SERVE_PORT, type=read_port, metavar="N", help=f"端口 / port ({SERVE_PORT})")
    add_data(parser, data)


def add_data(parser: argparse.ArgumentParser, default: str | None) -> None:
    where = default or "demo-data"
    parser.add_argument(
        "--data",
        default=Path(default) if default else None,
        type=Path,
        metavar="DIR",
        help=f"数据目录，可以还没有 / data folder, may be missing ({where})",
    )


def add_tls(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tls-cert", type=Path, metavar="F", help="证书 / certificate chain (PEM)")
    parser.add_argument("--tls-key", type=Path, metavar="F", help="私钥 / private key (PEM)")


def add_test(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="只跑这些 / only these tests, as pytest takes them")
    parser.add_argument(
        "--full", nargs="?", const="all", metavar="GROUP", help="足量跑，可只跑一组 / at full size, one group or all"
    )
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--again", action="store_true", help="全部重跑 / run groups again that already passed")


def add_user(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("email", metavar="EMAIL")
    parser.add_argument("--admin", action="store_true", help="管理员 / give the system role admin")


def add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="GeoJSON, GeoPackage, zip (Shapefile), KML")
    parser.add_argument("--project", required=True, type=read_project, metavar="P")
    parser.add_argument("--crs", required=True, metavar="CRS", help="EPSG:n 或 GCJ-02 / EPSG:n or GCJ-02")
    parser.add_argument("--dry-run", action="store_true", help="只看不改 / report, change nothing")
    parser.add_argument("--json", action="store_true", help="机器可读 / report as JSON")


def add_central(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "搬来表单（各版本、草稿、文件）、记录（各版本、照片、备注、审核）、实体、手机账号（连同密钥）和角色；"
        "那边只读，密码从标准输入读。最后两边逐一核对。\nBrings forms with all versions, drafts and files, records with "
        "versions, photos, comments and states, entities, phones with their keys, and roles. It only reads there; the "
        "password is read from standard input. Both sides are compared at the end."
    )
    parser.add_argument("address", metavar="ADDRESS", help="https://central.example.org")
    parser.add_argument(
        "--project", required=True, type=read_project, metavar="P", help="那边的编号 / its number there"
    )
    parser.add_argument("--email", required=True, metavar="EMAIL", help="那边的管理员 / an administrator there")
    parser.add_argument(
        "--thorough", action="store_true", help="已有的记录也重看 / look again at records that are here already"
    )
    add_report(parser)


def add_kobo(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "文件夹里放 Kobo 接口给的文件：asset.json、asset.xml、data.json、data.xml、附件；见 docs/moving-in.md。\n"
        "The folder holds what Kobo's API gives: asset.json, asset.xml, data.json, data.xml, attachments; see "
        "docs/moving-in.md."
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument(
        "--project", type=read_project, metavar="P", help="放进这个项目，默认新建 / into this project; unset: a new one"
    )
    add_report(parser)


def add_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="只看不改 / report, change nothing")
    parser.add_argument("--json", action="store_true", help="机器可读 / report as JSON")


def add_forms(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "export：自带的表单，或一个项目里已发布的，各存一个 .xlsx。compare：两个文件或自带表单的编号，先旧后新。\nexport: the "
        "forms that come with Fangshi, or those that a project has published, as an .xlsx each. compare: two files or ids of our "
        "own forms, the older one first."
    )
    parser.add_argument("what", choices=("export", "compare"))
    parser.add_argument("form", nargs="*", metavar="FORM", help="表单编号或文件 / ids of forms, or files to compare")
    parser.add_argument("--to", default=Path("forms-for-excel"), type=Path, metavar="DIR", help="放到哪里 / where to")
    parser.add_argument("--force", action="store_true", help="覆盖 / overwrite files that are there")
    parser.add_argument("--project", type=read_project, metavar="P", help="这个项目的表单 / the forms of a project")
    add_data(parser, "fangshi-data")
    parser.add_argument("--json", action="store_true", help="机器可读 / the differences as JSON")


def add_follow_ups(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        f"{TEXTS['follow-ups']}。按现在知道的全部记录推算：当天以后的走访不算，当天以前走访、以后才上传的算；"
        "同意与否按现在。不再需要的不列。 / It goes by all that is known now: visits of later days do not count, earlier "
        "ones that were uploaded later do; consent is as it stands now. What is no longer asked for is not listed."
    )
    parser.add_argument("--project", required=True, type=read_project, metavar="P")
    parser.add_argument(
        "--as-of", type=read_date, metavar="DATE", help="哪一天，默认今天 / the Shanghai date, YYYY-MM-DD (today)"
    )
    parser.add_argument(
        "--rules",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="规则草稿：只列它们会改变的 / drafts of rules: print only what these would change",
    )
    parser.add_argument("--json", action="store_true", help="机器可读 / a JSON list")


def add_audit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("verify",), help="核对哈希链 / work out the chain of hashes again")
    add_data(parser, "fangshi-data")
    parser.add_argument("--json", action="store_true", help="机器可读 / machine-readable")
    parser.add_argument(
        "--head", type=read_head, metavar="N:HASH", help="另外抄下的链头 / a head that was written down elsewhere"
    )


def add_retention(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "最后一次联系一年后，一位妇女的资料只留编号和份数；时刻表每天自己做。\nA year after the last contact a woman's data "
        "shrink to her code and counts; the timetable does it every day. Who has an open request or wishes her data kept "
        "unused waits."
    )
    parser.add_argument("--project", type=read_project, metavar="P", help="只办一个项目 / one project alone")
    parser.add_argument("--dry-run", action="store_true", help="只数，不改 / only count")
    parser.add_argument(
        "--as-of", type=read_instant, metavar="TIME", help="和 --dry-run 一起：到那时 / with --dry-run: by then"
    )
    parser.add_argument("--json", action="store_true", help="机器可读 / as JSON")


def add_purge(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="只数，不改 / only count")
    parser.add_argument("--json", action="store_true", help="机器可读 / as JSON")


def add_keys(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        choices=("show", "rotate", "forget"),
        help="查看；换新密钥并全部重新封存，服务可以开着；忘掉不再用的旧密钥 / show them; take a new one and seal "
        "everything anew, also while the server runs; forget old ones that nothing is sealed under any more",
    )
    add_data(parser, "fangshi-data")
    parser.add_argument("--dry-run", action="store_true", help="只看不改 / say what would be done, change nothing")
    parser.add_argument("--json", action="store_true", help="机器可读 / machine-readable")


def add_backup(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "备份封存给一把带走的钥匙，服务器自己也读不了；做完马上试一遍。时刻表每夜做一份，三十天后删。\nA backup is sealed to "
        "a key that is carried away, so that the server itself cannot read it; it is tried at once. With a key the "
        "timetable makes one every night, and deletes it after thirty days."
    )
    parser.add_argument(
        "what",
        nargs="?",
        choices=("new-key",),
        help="做一把新的备份钥匙 / make a new backup key, its private half in FILE",
    )
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE")
    add_data(parser, "fangshi-data")
    parser.add_argument(
        "--to",
        type=Path,
        metavar="DIR",
        help="放到哪里 / where to (FANGSHI_BACKUP_DIR, else backups in the data folder)",
    )
    parser.add_argument("--dry-run", action="store_true", help="只看不做 / say what it would be, make none")
    parser.add_argument("--json", action="store_true", help="机器可读 / machine-readable")


def add_restore(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="备份 / the backup")
    parser.add_argument(
        "--key", required=True, type=Path, metavar="FILE", help="备份钥匙带走的那一半 / the backup key's private half"
    )
    parser.add_argument(
        "--data", required=True, type=Path, metavar="DIR", help="空的数据目录 / an empty data folder, or one to be made"
    )


def read_head(text: str) -> tuple[int, bytes]:
    """A link of the audit's chain as `audit verify` prints it: position, colon, 64 hex digits."""
    position, _, digest = text.partition(":")
    if not position.isascii() or not position.isdigit() or len(position) > MOST_DIGITS or not HEX.fullmatch(digest):
        raise argparse.ArgumentTypeError(f"{text!r} 不是链头 / is no head such as 12:9f86d0…")
    return int(position), bytes.fromhex(digest)


def read_port(text: str) -> int:
    """A TCP port; 0 lets the system choose one."""
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} 不是端口 / is no port (0-65535)")
    return int(text)


def read_project(text: str) -> int:
    """A project's number, such as a database can hold."""
    if not text.isascii() or not text.isdigit() or len(text) > MOST_DIGITS:
        raise argparse.ArgumentTypeError(f"{text!r} 不是项目的编号 / is no number of a project")
    return int(text)


def read_instant(text: str) -> datetime:
    """An ISO 8601 instant with its offset."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} 不是时间 / is no ISO 8601 time") from None
    if instant.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} 缺时区 / lacks its offset, such as +08:00 or Z")
    return instant


def read_date(text: str) -> date:
    """A day as YYYY-MM-DD."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise argparse.ArgumentTypeError(f"{text!r} 不是日期 / is no date like 2026-03-02")
    return day
