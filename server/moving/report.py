"""What an import came to: what is there, what is here, what was left and why. Ids and counts, never an answer."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

KINDS: Final = (
    ("users", "网页账号", "accounts"),
    ("app_users", "手机账号", "app users"),
    ("actor_properties", "手机账号的属性", "properties of app users"),
    ("actor_values", "属性的内容", "what they say"),
    ("assignments", "角色", "roles given"),
    ("public_links", "公开链接", "public links"),
    ("forms", "表单", "forms"),
    ("form_versions", "表单版本", "versions of forms"),
    ("form_files", "表单附带的文件", "files of forms"),
    ("datasets", "实体列表", "entity lists"),
    ("entities", "实体", "entities"),
    ("entity_versions", "实体版本", "versions of entities"),
    ("submissions", "记录", "records"),
    ("submission_versions", "记录版本", "versions of records"),
    ("submission_files", "记录的文件", "files of records"),
    ("comments", "备注", "comments"),
)
MOST_LINES: Final = 20  # of one kind
WHY: Final = {
    "trash": ("在那边的回收站里，接口读不到", "in the trash there, which its API does not give"),
    "changed_here": ("在这里改过，没有动", "changed here since, left as it is"),
    "unreadable": ("不是可用的表单或记录", "no form or record that can be kept"),
    "no_version": ("那边没有它回答的那一版表单", "the version of the form that it answers is not there"),
    "no_form": ("表单没有来，它的记录和链接也没有", "its form did not come, and so its records and links did not"),
    "todays_definition": (
        "导出里没有这一版表单，用现在的定义代替",
        "this version of the form is not in the export; today's definition stands for it",
    ),
    "only_newest": ("更早的版本不在导出里", "its earlier versions are not in the export"),
    "site_role": ("全站的角色，请在这里自己给", "a role on the whole site: give it here yourself"),
    "unknown_role": ("这里没有的角色", "a role that is not known here"),
    "unknown_person": ("那边没有告诉我们邮箱", "the address of this person is not told there"),
    "no_password": ("没有密码：请在“人员”页发一个链接", "no password yet: give a link on the page of people"),
    "stopped_there": (
        "在那边停了，这里还能用：请在“手机”页停掉",
        "stopped there and still works here: stop it on the page of phones",
    ),
    "key_taken": (
        "它的密钥这里已有手机或链接在用，所以停着",
        "another phone or link here has its key, so it is stopped",
    ),
    "new_code": ("项目编号变了：手机要扫新的二维码", "the project has another number here: phones need a new code"),
    "revoked": ("在那边停了的链接，这里也停着", "a link that was revoked there, and is stopped here too"),
    "used_there": (
        "只收一份的链接，那边收过，那份没有来，所以停着",
        "a link for one record that took one there which did not come, so it is stopped",
    ),
    "link_properties": (
        "链接的属性没有带来：按属性分的列表，用它看不到",
        "what is said of a link did not come: of lists cut by that it is told nothing",
    ),
    "unusable": ("这里不能用的名称或内容", "a name or a text that cannot be kept here"),
    "filter": (
        "谁看哪些的规则这里用不了，所以每个手机只看自己建的：请在这里重新设",
        "its rules cannot be kept here, so each phone is told its own entities alone: set them anew here",
    ),
    "trials": ("试填的记录没有带来", "records that tried a draft did not come along"),
    "managed_key": (
        "加密的私钥在那边，接口不给：请先在那边导出解密的数据",
        "the private key is there and its API does not give it: export the decrypted data there first",
    ),
    "missing_file": ("文件那边也没有", "a file that is not there either"),
    "differs": ("两边不一样", "not the same on both sides"),
    "thorough": ("那边多了备注：用 --thorough 再运行一次", "more comments there: run it again with --thorough"),
    "twice": ("几份记录同一个编号，只有一份来了", "several records have this id, and one of them came"),
    "no_json": ("data.xml 里有，data.json 里没有，没有来", "in data.xml and not in data.json: it did not come"),
    "pages_missing": ("导出不全，少这么多份", "the export lacks so many records: go on with its pages"),
    "made_of_json": ("导出里没有原始 XML，由 JSON 做成", "its XML is not in the export; it was made of the JSON"),
    "refused": ("那边不给", "refused there"),
}


@dataclass(frozen=True)
class Left:
    """Something that did not come, or not as it was: `what` is a kind, `which` its name or number."""

    what: str
    which: str
    why: str
    more: str = ""


@dataclass
class Report:
    """`there` and `here` count the same things on both sides; `came` what this run wrote."""

    source: str
    project_id: int | None = None
    dry_run: bool = False
    there: Counter[str] = field(default_factory=Counter)
    here: Counter[str] = field(default_factory=Counter)
    came: Counter[str] = field(default_factory=Counter)
    left: dict[Left, None] = field(default_factory=dict)
    digests: dict[str, tuple[str, str]] = field(default_factory=dict)

    def leave(self, what: str, which: object, why: str, more: object = "") -> None:
        """Said once, however often it is found."""
        self.left[Left(what, str(which), why, str(more))] = None

    @property
    def is_whole(self) -> bool:
        """Whether everything that the other server counts is here, with the same bytes. There may be more here."""
        return all(self.here[kind] >= number for kind, number in self.there.items()) and all(
            theirs == ours for theirs, ours in self.digests.values()
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "project": self.project_id,
            "dryRun": self.dry_run,
            "whole": self.is_whole,
            "counts": {
                kind: {"there": self.there[kind], "here": self.here[kind], "came": self.came[kind]}
                for kind, _, _ in KINDS
            },
            "sha256": {what: {"there": theirs, "here": ours} for what, (theirs, ours) in self.digests.items()},
            "left": [one.__dict__ for one in self.left],
        }

    def as_lines(self) -> Iterable[str]:
        yield f"{self.source} -> {'–' if self.project_id is None else self.project_id}"
        yield f"{'':>4}{'那边 / there':>16}{'这里 / here':>16}{'这次 / this run':>18}"
        for kind, zh, en in KINDS:
            if self.there[kind] or self.here[kind]:
                yield f"{self.there[kind]:>16}{self.here[kind]:>16}{self.came[kind]:>16}  {zh} / {en}"
        for what, (theirs, ours) in self.digests.items():
            yield f"SHA-256 {what}: {theirs} {'=' if theirs == ours else '≠'} {ours}"
        for why, (zh, en) in WHY.items():
            found = [one for one in self.left if one.why == why]
            if found:
                yield f"{zh} / {en}: {len(found)}"
            yield from (one_line(f"- {one.what} {one.which} {one.more}").rstrip() for one in found[:MOST_LINES])
            if len(found) > MOST_LINES:
                yield "- … (--json)"


def one_line(told: object) -> str:
    """Somebody else's words as they may stand on a terminal: no line of their own, nothing that steers it."""
    return "".join(one if one.isprintable() else "�" for one in str(told))


class Digest:
    """One SHA-256 of many things that come in any order: of their lines, sorted."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, *parts: object) -> None:
        self.lines.append("\t".join(map(str, parts)))

    def value(self) -> str:
        return hashlib.sha256("\n".join(sorted(self.lines)).encode()).hexdigest()
