"""How the differences between two versions of a form are told to people, in Chinese and English: what, and why it matters."""

from typing import NamedTuple

from forms.differences import CAREFUL, HARMLESS, LOSES, Difference
from forms.excel_words import Line


class Told(NamedTuple):
    """A kind of difference: its heading, and what it does to answers."""

    what: Line
    why: Line


def _told(zh: str, en: str, why_zh: str, why_en: str) -> Told:
    return Told(Line(zh, en), Line(why_zh, why_en))


WEIGHT_WORDS: dict[str, Line] = {
    LOSES: Line("会丢数据", "Loses data"),
    CAREFUL: Line("改变问法或算法", "Changes what is asked or counted"),
    HARMLESS: Line("没有影响", "Harmless"),
}

KIND_WORDS: dict[str, Told] = {
    "question_added": _told(
        "加了题", "Question added", "以前的记录里这一题是空的。", "Earlier records are empty there."
    ),
    "question_removed": _told(
        "删了题",
        "Question removed",
        "以前的答案还存着，但新版本的表格里没有这一列，提醒和名单也不再有它。"
        "只是暂时不问，就把题留着，在 relevant 里写 false()。",
        "Earlier answers are kept, but the new version's tables have no such column, nor do reminders and lists. "
        "To ask it no longer, keep the row and write false() into relevant.",
    ),
    "question_renamed": _told(
        "可能改了名",
        "Probably renamed",
        "文字、类型、位置都没变，只是 name 变了。手机上看不出来，但以前的答案还在旧名下，新的存到新名下，报表分成两列；"
        "按旧名算的提醒、名单和规则从此读不到它。不是有意的，就改回旧名。",
        "Words, kind and place are the same; the name is not. Nobody sees it on a phone, but earlier answers stay under the old "
        "name and new ones go under the new: tables get two columns, and reminders, lists and rules that go by the old name "
        "find nothing any more. If it was not meant, put the old name back.",
    ),
    "question_moved": _told(
        "移到了别的组",
        "Moved to another group",
        "答案连同组名一起存，所以和改名一样：以前的答案在旧位置，新的在新位置。",
        "Answers are stored together with their group, so it is like a new name: earlier answers are at the old "
        "place, new ones at the new.",
    ),
    "question_reordered": _told(
        "换了先后", "Asked in another order", "只是问的先后变了。", "Only the order of asking changes."
    ),
    "type_changed": _told(
        "改了类型",
        "Kind changed",
        "以前的答案是按旧类型填的，和新的放不到一起。要换类型，就另加一道新名字的题，旧题留着不问。",
        "Earlier answers were given to another kind of question and do not fit the new ones. Better add a question "
        "with a new name, and ask the old one no longer.",
    ),
    "rule_changed": _told(
        "改了规则",
        "Rule changed",
        "什么时候问、什么算对、怎么算，从新版本起不同了；以前的记录照旧。",
        "When it is asked, what is let pass or what is worked out differs from this version on; earlier records stay "
        "as they are.",
    ),
    "words_changed": _told(
        "改了文字",
        "Words changed",
        "问的还是同一件事，就没有影响；换成了另一件事，请另加一题。",
        "Harmless as long as it asks the same thing; for another thing add a question.",
    ),
    "choice_added": _told("加了选项", "Choice added", "以前没有人能选它。", "Nobody could choose it before."),
    "choice_removed": _told(
        "删了选项",
        "Choice removed",
        "选过它的记录还是原来的值，以后没人能再选；按它算的规则不会再触发。",
        "Records that chose it keep it; nobody can choose it any more, and rules that go by it no longer apply.",
    ),
    "choice_renamed": _told(
        "选项可能改了名",
        "Choice probably renamed",
        "文字没变，存的值变了：以前选的算旧值，以后选的算新值，统计时成了两种答案，认旧值的规则不再触发。",
        "Its words are the same, what is stored is not: earlier and later answers count as two, and rules that go by the old one "
        "no longer apply.",
    ),
    "choice_relabelled": _told(
        "选项改了文字",
        "Choice reworded",
        "意思没变就没有影响；意思变了，以前选它的人选的不是这个。",
        "Harmless if it means the same; if not, those who chose it before did not choose this.",
    ),
    "choice_changed": _told(
        "选项的筛选变了",
        "When a choice is offered",
        "筛选用的列变了，出现的选项会不同。",
        "A column that choices are filtered by differs, so others may be offered.",
    ),
    "choice_illustrated": _told(
        "选项的图片换了", "Picture of a choice", "只是旁边的图片或录音变了。", "Only the picture or sound beside it."
    ),
    "choices_reordered": _told(
        "选项换了先后", "Choices in another order", "只是排的先后变了。", "Only their order changes."
    ),
    "choices_elsewhere": _told(
        "选项换了来处",
        "Choices from elsewhere",
        "可选的东西换了一份名单；以前选的值不一定还在里面。",
        "What is offered comes from another list; earlier answers may not be in it.",
    ),
    "language_added": _told("加了语言", "Language added", "手机上多一种语言。", "Phones offer one more language."),
    "language_removed": _told(
        "少了语言",
        "Language removed",
        "用这种语言的人看不到表了。",
        "Who reads this language cannot read the form any more.",
    ),
    "setting_changed": _told("改了设置", "Setting changed", "管的是整张表。", "It holds for the whole form."),
}

WHAT_WORDS: dict[str, Line] = {
    "label": Line("文字", "label"),
    "hint": Line("小字", "hint"),
    "guidance_hint": Line("培训说明", "guidance"),
    "constraint_message": Line("填错时的话", "message about a wrong answer"),
    "required_message": Line("没填时的话", "message about a missing answer"),
    "image": Line("图片", "image"),
    "audio": Line("录音", "audio"),
    "video": Line("视频", "video"),
    "relevant": Line("什么时候问", "when it is asked"),
    "constraint": Line("什么算对", "what is let pass"),
    "calculation": Line("怎么算", "calculation"),
    "trigger": Line("什么变了就重新算", "what makes it be worked out again"),
    "required": Line("必填", "required"),
    "read_only": Line("只读", "read only"),
    "default": Line("开头的值", "default"),
    "choice_filter": Line("显示哪些选项", "which choices are shown"),
    "repeat_count": Line("重复几次", "how often it repeats"),
    "save_to": Line("写进名单的哪一栏", "property of the entity list"),
    "appearance": Line("显示方式", "appearance"),
    "parameters": Line("类型的设置", "parameters"),
    "title": Line("表名", "title"),
    "form_id": Line("表的编号", "form id"),
    "instance_name": Line("记录的名字", "name of a record"),
    "default_language": Line("默认语言", "default language"),
    "entity_list": Line("写哪个名单", "entity list"),
    "create_if": Line("什么时候新建", "when an entity is made"),
    "update_if": Line("什么时候更新", "when an entity is updated"),
    "zh": Line("中文", "Chinese"),
    "en": Line("英文", "English"),
}

TYPE_WORDS: dict[str, Line] = {
    "text": Line("文字", "text"),
    "integer": Line("整数", "whole number"),
    "decimal": Line("小数", "number"),
    "range": Line("滑动选数", "number on a scale"),
    "date": Line("日期", "date"),
    "time": Line("时间", "time"),
    "datetime": Line("日期和时间", "date and time"),
    "dateTime": Line("日期和时间", "date and time"),
    "select_one": Line("单选", "one choice"),
    "select_multiple": Line("多选", "several choices"),
    "select_one_from_file": Line("从名单里选一个", "one of a list"),
    "select_multiple_from_file": Line("从名单里选几个", "several of a list"),
    "rank": Line("排次序", "order of choices"),
    "acknowledge": Line("打勾确认", "a tick"),
    "note": Line("只显示的话", "words alone"),
    "calculate": Line("算出来的值", "worked out"),
    "hidden": Line("不显示的值", "not shown"),
    "geopoint": Line("位置", "place"),
    "geotrace": Line("路线", "way"),
    "geoshape": Line("地块", "area"),
    "image": Line("照片", "photo"),
    "audio": Line("录音", "sound"),
    "video": Line("录像", "film"),
    "file": Line("文件", "file"),
    "barcode": Line("扫码", "barcode"),
    "start": Line("开始的时刻", "moment of the start"),
    "end": Line("结束的时刻", "moment of the end"),
    "today": Line("当天日期", "day of the visit"),
    "deviceid": Line("手机编号", "id of the phone"),
    "group": Line("一组题", "group"),
    "repeat": Line("可重复的一组题", "repeated group"),
}
"""Types of questions, for who has never seen a form in Excel."""


def type_words(kind: str) -> Line:
    """The type itself where there are no words for it."""
    return TYPE_WORDS.get(kind, Line(kind, kind))


def what_words(difference: Difference) -> Line | None:
    """The column, setting or language that changed, in words; itself where there are none; None where nothing is named."""
    if not difference.what:
        return None
    shown = WHAT_WORDS.get(difference.what, Line(difference.what, difference.what))
    language = WHAT_WORDS.get(difference.language, Line(difference.language, difference.language))
    return Line(f"{shown.zh}（{language.zh}）", f"{shown.en} ({language.en})") if difference.language else shown
