"""What this server does with the answers of a form of ours, for the page about it: who reads them, and for how long.

Nothing is decided here. Roles are asked by the same functions as a person who signs in, and numbers of days, covered fields
and lists come from where they work.
"""

from collections.abc import Iterator
from typing import Final

from forms.outline import Outline, Row, Said
from forms.page_rows import Handling
from server.access import roles
from server.access.allow import may, scope_of
from server.access.caller import Caller, Grant
from server.access.masking import is_covered
from server.followups.feedback_days import pressed_days
from server.models import BACK_CHECK, BENEFIT, BENEFIT_CASES, FEEDBACK, HEALTH_FORMS, Form, Project
from server.models.care import HER_FILES
from server.registry.erasing import BACKUPS_FOR
from server.registry.feedback_desk import CHANNEL_FOR
from server.registry.reach import CARE_LISTS
from server.registry.retention import KEEP_FOR
from server.registry.telling import KEPT

ROLES: Final = {
    roles.PROJECT_MANAGER: Said("项目管理员", "project managers"),
    roles.PROJECT_VIEWER: Said("项目查看者", "project viewers"),
    roles.DATA_COLLECTOR: Said("填表人员", "data collectors"),
    roles.VILLAGE_WORKER: Said("村访视员", "village workers"),
    roles.REVIEWER: Said("审核员", "reviewers"),
    roles.CLINICIAN: Said("临床人员", "clinicians"),
    roles.TOWN_LEAD: Said("镇卫生负责人", "town health leads"),
    roles.BENEFIT_OFFICER: Said("待遇专员", "benefit officers"),
    roles.TRAINER: Said("培训员", "trainers"),
    roles.DPO: Said("个人信息负责人", "data protection officers"),
}
"""Who may be given a role in a care project."""

LISTED_TO: Final = {
    **dict.fromkeys(CARE_LISTS, ("她的访视员和临床人员", "her worker and clinicians")),
    BENEFIT_CASES: ("管这个村的待遇专员", "the benefit officers of the village"),
}
"""Whose phones get a list of a care project; any other goes by village alone."""

TOWN: Final = Project(id=1, kind="care", name="")


def handling_of(form: Outline) -> Handling:
    """What happens to the answers of this form in a care project."""
    if form.form_id == FEEDBACK:
        return Handling(_to_one_officer(), _until_answered(), _beside_feedback())
    health = form.form_id in HEALTH_FORMS
    chooses = form.form_id == BACK_CHECK or any(row.listed in HER_FILES for row in form.rows)
    open_to, hers = readers_of(form.form_id, health=False), readers_of(form.form_id, health=True)
    if health:
        return Handling(_hers(hers), _while_met(), _beside_all(form))
    if chooses:
        return Handling(_either(hers, open_to), _joined(_while_met(), _until_deleted()), _beside_all(form))
    kept = _until_over() if form.form_id == BENEFIT else _until_deleted()
    return Handling(_townwide(open_to), kept, _beside_all(form))


def readers_of(form_id: str, health: bool) -> Said:
    """The roles that read a record of this form, health records or others."""
    form = Form(id=1, project_id=TOWN.id, xml_form_id=form_id)
    names = []
    for role_id, said in ROLES.items():
        caller = Caller(actor_id=1, type="user", grants=(Grant(role_id, TOWN.id, None),), villages={TOWN.id: None})
        scope = scope_of(caller, TOWN)
        if may(caller, "submission.read", TOWN, form) and scope.reads(form_id) and (scope.health or not health):
            names.append(said)
    return Said("、".join(one.zh for one in names) or "没有人", ", ".join(one.en for one in names) or "nobody")


def fillers_of(form_id: str) -> list[int]:
    """The ids of the purpose roles that send records of this form."""
    form = Form(id=1, project_id=TOWN.id, xml_form_id=form_id)
    able = []
    for role in roles.ROLES:
        caller = Caller(actor_id=1, type="user", grants=(Grant(role.id, TOWN.id, None),), villages={TOWN.id: None})
        if role.purpose and may(caller, "submission.create", TOWN, form):
            able.append(role.id)
    return able


def _hers(readers: Said) -> Said:
    return Said(
        f"她同意共享、同意没有过期时：{readers.zh}，只看自己的村；每看一次都记下来，她本人可以要一份。没有同意的记录封存，谁也不看。",
        f"While she shares and her consent lasts: {readers.en}, of their own villages; every look is written down, and she "
        "may have a copy. Records without consent are sealed, and nobody reads them.",
    )


def _townwide(readers: Said) -> Said:
    return Said(
        f"{readers.zh}，只看自己的村；每看一次都记下来。",
        f"{readers.en[0].upper()}{readers.en[1:]}, of their own villages; every look is written down.",
    )


def _to_one_officer() -> Said:
    """Who reads feedback (access/feedback_officers.py): no role by itself, so it is said and not asked."""
    return Said(
        "权益负责人（个人信息负责人）：在本项目没有别的身份、也不带手机的。别人一份也看不到，也不知道有没有。"
        "谁送的、哪部手机、几点几分都不存，只存哪一天来的；电话自己记下、没有问过的都不存。",
        "The rights officer (the data protection officer), where she has no other role in the project and carries no phone. "
        "Nobody else sees any, or whether there is any. Who sent it, on which phone and at what minute is not kept, only the "
        "day on which it came; what the phone noted without asking is not kept.",
    )


def _until_answered() -> Said:
    return Said(
        f"办完 {KEEP_FOR.days} 天后删掉；备份 {BACKUPS_FOR.days} 天。",
        f"Deleted {KEEP_FOR.days} days after it was answered; backups stay {BACKUPS_FOR.days} days.",
    )


def _beside_feedback() -> dict[str, tuple[Said, ...]]:
    days = CHANNEL_FOR.days
    channel = Said(
        f"和意见分开存；只有来答复的人看得到，看了就记下来；答复 {days} 天后删掉",
        f"kept apart; read by who answers alone, and that is written down; deleted {days} days after the reply",
    )
    paper = Said("只存哈希：一张纸表只算一次", "only a hash is kept: a paper form counts once")
    most = pressed_days()
    pressed = Said(f"“有”是急件，{most} 天内办", f"“yes” is urgent, and answered within {most} days")
    return {"reply_channel": (channel,), "paper_code": (paper,), "felt_pressured": (pressed,)}


def _either(hers: Said, others: Said) -> Said:
    return _joined(
        Said(f"选了她的记录：{_hers(hers).zh}", f"Records that chose a woman: {_hers(hers).en}"),
        Said(f"没有选人的记录：{_townwide(others).zh}", f"Records that chose nobody: {_townwide(others).en}"),
    )


def _joined(first: Said, second: Said) -> Said:
    return Said(f"{first.zh}{second.zh}", f"{first.en} {second.en}")


def _while_met() -> Said:
    year, backups = KEEP_FOR.days, BACKUPS_FOR.days
    return Said(
        f"最后一次联系 {year} 天后，她的资料只留编号和份数；没有人能看的记录，来到 {year} 天后清空；"
        f"她要求删除就马上删；备份 {backups} 天。",
        f"{year} days after the last contact her data shrink to her code and counts; records that nobody may read are "
        f"emptied {year} days after they came; at her word all goes at once; backups stay {backups} days.",
    )


def _until_over() -> Said:
    return Said(
        f"办完或不再办的，最后一份记录 {KEEP_FOR.days} 天后，名册里的这一件和它的记录都清空；没有办完的一直留着；"
        f"这一户要求删除，待遇专员当时就删；备份 {BACKUPS_FOR.days} 天。妇女要求删除自己的资料，不影响这一户的补助。",
        f"{KEEP_FOR.days} days after the last record of a case that is done or no longer wanted its row and its records are "
        f"emptied; one that is open stays; at the household's word its officer removes all at once; "
        f"backups stay {BACKUPS_FOR.days} days. A woman who has her own data removed "
        "changes nothing of her household's benefits.",
    )


def _until_deleted() -> Said:
    return Said(
        f"没有选人的记录没有定期，由镇里删除；备份 {BACKUPS_FOR.days} 天。",
        f"Records that name no woman have no term, the town deletes them; backups stay {BACKUPS_FOR.days} days.",
    )


def _beside_all(form: Outline) -> dict[str, tuple[Said, ...]]:
    found = {row.name: tuple(_beside(row, form)) for row in form.answers}
    return {name: said for name, said in found.items() if said}


def _beside(row: Row, form: Outline) -> Iterator[Said]:
    if is_covered(TOWN, row.name, row.kind):
        yield Said(
            "网页上盖住，点开才看，看了就记下来", "covered on pages until somebody asks, and that is written down"
        )
    if row.kind == "image":
        yield Said("文件封存，不带拍摄的地点和机器", "a sealed file, without the place and the camera")
    if row.save_to:
        lists = [use["list_name"] for use in form.entities]
        yield from (_listed(name, row.save_to) for name in lists)
    if row.name in KEPT.get(form.form_id, "").split():
        yield Said("同意、名册和随访规则也用它", "consents, lists and rules of follow-up go by it")


def _listed(name: str, column: str) -> Said:
    zh, en = LISTED_TO.get(name, ("管这个村的人", "who has the village"))
    return Said(
        f"写进名单 `{name}` 的 `{column}`，给{zh}的手机",
        f"written to `{column}` of the list `{name}`, for phones of {en}",
    )
