"""What the workbook of a form says to whoever edits it, in Chinese and English: columns, sheets and the guide."""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import NamedTuple


class Care(Enum):
    """How a column is to be treated: edited freely, edited with thought, left alone; or it is for remarks."""

    FREE = "free"
    THINK = "think"
    LEAVE = "leave"
    REMARK = "remark"


class Line(NamedTuple):
    """One thing in both languages."""

    zh: str
    en: str


class Column(NamedTuple):
    """A column of a form's sheets."""

    care: Care
    words: Line


class Sheet(NamedTuple):
    """A sheet of a form; whether remarks may stand beside its rows."""

    words: Line
    takes_remarks: bool = False


class Background(NamedTuple):
    """What is known of a form beside its rows: what it is for, what a clinician has yet to confirm, its authors' remarks."""

    purpose: Line | None = None
    awaiting: Sequence[Line] = ()
    remarks: Sequence[str] = ()


NO_BACKGROUND = Background()


def _column(care: Care, zh: str, en: str) -> Column:
    return Column(care, Line(zh, en))


COLUMNS: dict[str, Column] = {
    "type": _column(
        Care.LEAVE,
        "题目的类型。改了类型，以前的答案可能读不了。新加的题照着同类的题写。",
        "The kind of question. Changing it can make earlier answers unreadable. For a new question copy a similar one.",
    ),
    "name": _column(
        Care.LEAVE,
        "这一列的名字，答案就存在它名下，规则和随访也认它。改名等于删掉旧题、另加新题。",
        "The name that answers are stored under; rules and follow-ups go by it. A new name is a new question.",
    ),
    "list_name": _column(Care.LEAVE, "选项属于哪一组。", "The list that the choice belongs to."),
    "label": _column(Care.FREE, "人看到的文字，中英文都要改。", "What people read. Change both languages."),
    "image": _column(
        Care.THINK,
        "旁边的图片，写文件名。自带的图片照着写就有；别的图片，发布前在这张表的页面上传。",
        "The picture beside it, by its file name. Those that come with Fangshi are there; another one is uploaded on "
        "the form's page before it is published.",
    ),
    "audio": _column(
        Care.THINK,
        "旁边的录音，写文件名。同意说明的录音在网页“镇里的名单”里放。",
        "The sound beside it, by its file name. The recording of the consent notice is put in on the page The town's lists.",
    ),
    "hint": _column(Care.FREE, "题目下面的小字。", "The small print below the question."),
    "guidance_hint": _column(Care.FREE, "给培训用的说明。", "What training material says."),
    "constraint_message": _column(Care.FREE, "填得不对时手机上的话。", "What the phone says to a wrong answer."),
    "required_message": _column(Care.FREE, "没填时手机上的话。", "What the phone says when it is left empty."),
    "required": _column(Care.THINK, "yes 是必填。", "yes: it has to be answered."),
    "relevant": _column(Care.THINK, "什么时候问这一题。空着就是总问。", "When it is asked. Empty: always."),
    "constraint": _column(
        Care.THINK, "什么答案算对。一个点代表这一题的答案。", "Which answers are let pass. A dot is the answer."
    ),
    "calculation": _column(Care.THINK, "自动算出来的值。", "What is worked out by itself."),
    "trigger": _column(Care.THINK, "哪一题变了就重新算。", "After which answer it is worked out again."),
    "default": _column(Care.THINK, "一打开就填好的答案。", "The answer that is there from the start."),
    "choice_filter": _column(Care.THINK, "只显示哪些选项。", "Which of the choices are shown."),
    "appearance": _column(Care.THINK, "在屏幕上怎么显示。", "How it looks on the screen."),
    "parameters": _column(Care.THINK, "类型的设置，例如定位精度。", "Settings of the type, such as accuracy."),
    "save_to": _column(Care.LEAVE, "答案写进名单的哪一栏。", "The property of the entity list that it is saved to."),
    "form_title": _column(Care.FREE, "表的名字，手机上看得到。", "The form's name on phones."),
    "form_id": _column(
        Care.LEAVE,
        "表的编号。改了就是另一张表，传不回来。",
        "The form's id. With another one it is another form and cannot be brought back.",
    ),
    "version": _column(
        Care.THINK,
        "版本。每次改都换一个新的，例如今天的日期。",
        "The version: a new one with each change, such as the date.",
    ),
    "default_language": _column(Care.LEAVE, "一打开是哪种语言。", "The language it opens in."),
    "instance_name": _column(
        Care.THINK, "一份记录在手机上叫什么，不要放姓名。", "What a record is called on the phone; never a name."
    ),
}

SHEETS: dict[str, Sheet] = {
    "survey": Sheet(
        Line("题目，一行一题，从上到下就是问的顺序。", "The questions, a row each, in the order they are asked."), True
    ),
    "choices": Sheet(
        Line("选项，一行一个，同一组的放在一起。", "The choices, a row each, those of one list together."), True
    ),
    "settings": Sheet(Line("表的名字、编号和版本，只有一行。", "The form's title, id and version: one row.")),
    "entities": Sheet(Line("这张表写哪一个名单。不要动。", "Which entity list the form writes. Leave it alone.")),
}

REMARKS = Line(
    "备注栏：这一格要空着，下面随便写，手机和服务器都不看。别的格都空着的一行，也可以只写备注。",
    "Remarks: leave this cell empty and write below what you like; neither phones nor the server read it. "
    "A row of which all other cells are empty may hold a remark alone.",
)

_COLOURS = (
    (Care.FREE, Line("绿色：可以改。", "Green: may be edited.")),
    (
        Care.THINK,
        Line(
            "黄色：改以前想清楚；改错了，题会不出现或填不过去。",
            "Yellow: think first; a mistake hides a question or lets no answer pass.",
        ),
    ),
    (Care.LEAVE, Line("灰色：已有的行不要动。", "Grey: leave it as it is in rows that are there.")),
    (Care.REMARK, Line("蓝色：备注，谁也不读。", "Blue: remarks, read by nobody else.")),
)
_NEVER = (
    Line(
        "不要改第一行（列的名字）和工作表的名字。",
        "Do not change the first row (the columns' names) or the sheets' names.",
    ),
    Line(
        "不要改已有题目和选项的 name：旧答案还在旧名字下，报表、提醒和名单都认旧名字。",
        "Do not change the name of a question or choice that is there: earlier answers stay under the old name, "
        "and reports, reminders and lists go by it.",
    ),
    Line(
        "不要删题。暂时不问，就在 relevant 里写 false()。",
        "Do not delete questions. To ask one no longer, write false() into relevant.",
    ),
    Line(
        "式子里的括号、引号、逗号、等号用英文的；打字前先把输入法换成英文。",
        "In expressions brackets, quotes, commas and signs are those of an English keyboard.",
    ),
    Line("不要给表加密码，不要排序。", "Set no password, and do not sort the rows."),
    Line(
        "新加的题：name 只用小写英文字母、数字和下划线，不和别的题重名。",
        "A new question: its name has lower-case letters, digits and underscores, and no other question has it.",
    ),
)
_BACK = (
    Line("1. 在 settings 里换一个新的 version，存成 .xlsx。", "1. Give a new version in settings and save as .xlsx."),
    Line(
        "2. 在网页上打开“表单”里的这张表，点“新版本”，把文件传上去。",
        "2. On the web open this form under Forms, press New version and upload the file.",
    ),
    Line("3. 看“改了什么”：会丢数据的改动排在最前面。", "3. Read what changed: what would lose data comes first."),
    Line(
        "4. 都对，就发布；不对，就放弃草稿，已发布的照常用。",
        "4. If all is right, publish it; if not, discard the draft: what is published keeps working.",
    ),
    Line(
        "有错时会说是哪个工作表、第几行、哪一列，怎么改；什么都不会变。",
        "A mistake is told with its sheet, row and column and what to do; nothing changes.",
    ),
)


def guide_lines(
    sheets: Mapping[str, Sequence[Sequence[str]]], background: Background = NO_BACKGROUND
) -> Iterator[Line | Care | str]:
    """The guide's lines for a form with these sheets. A bare text is a heading, a Care the colour of the line after it."""
    yield "怎么改这张表 / How to edit this form"
    if background.purpose:
        yield background.purpose
    yield Line("这一页只给人看，上传时不读。", "This sheet is for people; it is not read when the file is uploaded.")
    yield "每张工作表 / The sheets"
    yield from (
        Line(f"{name}：{SHEETS[name].words.zh}", f"{name}: {SHEETS[name].words.en}")
        for name in sheets
        if name in SHEETS
    )
    yield "列名的颜色 / The colours of the columns"
    for care, line in _COLOURS:
        yield from (care, line)
    yield "每一列 / The columns"
    yield from _column_lines(sheets)
    yield "不能改的 / What must not be changed"
    yield from _NEVER
    yield "怎么传回来 / How to bring it back"
    yield from _BACK
    if background.awaiting:
        yield "等本镇临床人员确认的 / What the town's clinician has yet to confirm"
        yield from background.awaiting
    if background.remarks:
        yield "这张表的作者写的（英文） / What its authors say"


def _column_lines(sheets: Mapping[str, Sequence[Sequence[str]]]) -> Iterator[Line]:
    there = {header.partition("::")[0].strip() for rows in sheets.values() for header in (rows[0] if rows else ())}
    for name, column in COLUMNS.items():
        if name in there:
            yield Line(f"{name}：{column.words.zh}", f"{name}: {column.words.en}")
