"""What is wrong with a workbook, said to whoever edits it, in Chinese and English, with what to do about it.

The sentences on the left are pyxform's, and ours of `forms.workbook`; further ones are shown as they are.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from forms.excel_words import Line
from forms.slips import Slip

_PLAIN: Final = (
    (
        r"required column headers were not found: (?P<it>.+?)\. ",
        "这张工作表的第一行要是列的名字，少了 {it}。上面的标题行和合并的格子都要删掉。",
        "The sheet's first row must hold the columns' names; {it} is missing. Delete titles and merged cells above it.",
    ),
    (
        r"Headers that are different names for the same column were found: (?P<it>.+?)\. ",
        "有两列是同一个意思：{it}。留一列。",
        "Two columns mean the same: {it}. Keep one of them.",
    ),
    (
        r"Unknown question type '(?P<it>.*?)'",
        "没有“{it}”这种题。type 用小写英文，照着同类的题写，例如 text、integer、date、select_one。",
        "There is no kind of question “{it}”. Copy the type of a similar one, such as text, integer, date or select_one.",
    ),
    (
        r"'(?P<in>\w+)' value is invalid.*Could not find the name '(?P<it>.*?)'",
        "“{in}”这一格用了 ${{{it}}}，可是没有哪一题的 name 是“{it}”：看看是不是写错了，或者那一题改了名、删了。",
        "“{in}” uses ${{{it}}}, but no question is named “{it}”: was it misspelt, renamed or removed?",
    ),
    (
        r"'(?P<in>\w+)' value is invalid.*Reference variables must start with",
        "“{in}”这一格里的题名要写成 ${{name}}，符号用英文的，花括号要成对。",
        "In “{in}” a question is written as ${{name}}, with both braces.",
    ),
    (
        r"'name' value '(?P<it>.*?)' is invalid.*must be unique within",
        "name“{it}”已经有一题用了，给这一题换一个。",
        "There is a question named “{it}” already: give this one another name.",
    ),
    (
        r"The name '(?P<it>.*?)' appears more than once",
        "有两题的 name 都是“{it}”，公式不知道是哪一题。改一题的 name。",
        "Two questions are named “{it}”, so an expression cannot tell which is meant. Rename one.",
    ),
    (
        r"'(?P<in>\w+)' value is invalid.*Names must begin with a letter",
        "“{in}”这一格只用英文字母、数字和下划线，开头不能是数字，中间没有空格。",
        "“{in}” takes letters, digits and underscores only, begins with no digit and has no blank in it.",
    ),
    (
        r"'choices' sheet, the 'label' value is invalid",
        "这个选项没有文字（label）。",
        "This choice has no words (label).",
    ),
    (
        r"Choices must have a name",
        "这个选项没有 name。",
        "This choice has no name.",
    ),
    (
        r"Choice names must be unique",
        "同一组里有两个选项的 name 一样，改一个。",
        "Two choices of one list have the same name: change one.",
    ),
    (
        r"Choice names with spaces.*See \[(?P<it>.*?)\] in \[(?P<in>.*?)\]",
        "“{in}”里选项的 name“{it}”有空格，把空格去掉。",
        "The choice “{it}” of “{in}” has a blank in its name: take it out.",
    ),
    (
        r"with no name",
        "这一行没有 name。写一个，或者把整行删掉。",
        "This row has no name. Give it one, or delete the row.",
    ),
    (
        r"Question with no type",
        "这一行没有 type。照着同类的题写一个，或者把整行删掉。",
        "This row has no type. Copy that of a similar question, or delete the row.",
    ),
    (
        r"Unmatched '(?P<it>end_\w+)'",
        "这个 {it} 前面少一个对应的 begin。",
        "This {it} has no begin before it.",
    ),
    (
        r"Unmatched '(?P<it>begin_\w+)'",
        "这个 {it} 后面少一个对应的 end。",
        "This {it} has no end after it.",
    ),
    (
        r"List name not in (?:external )?choices sheet: (?P<it>.+)",
        "choices 工作表里没有“{it}”这一组选项：看看 list_name 是不是写错了，或者把选项加上。",
        "The sheet choices has no list “{it}”: look at its list_name, or add the choices.",
    ),
    (
        r"There should be a choices sheet",
        "有选择题，却没有 choices 工作表（或者它是空的）。",
        "There are questions with choices, but no sheet choices, or an empty one.",
    ),
    (
        r"named '(?P<it>.*?)' has no label",
        "“{it}”这一题没有文字（label）。",
        "The question “{it}” has no words (label).",
    ),
    (
        r"Missing calculation",
        "calculate 这一行没有写怎么算（calculation）。",
        "This row of type calculate has no calculation.",
    ),
    (
        r"You must have a sheet named 'survey'",
        "没有叫 survey 的工作表。工作表的名字不能改，要一字不差。",
        "There is no sheet named survey. Sheets keep their names, letter by letter.",
    ),
    (
        r"protected by a password",
        "这个文件有密码。去掉密码，存好再传。",
        "The workbook is protected by a password; save it without one and upload it again.",
    ),
    (
        r"^The file is empty|workbook(?:'s part '.*?')? (?:is|are) damaged|is damaged|Error reading \.xlsx?",
        "这个文件是空的或者坏了。在办公软件里打开，另存为 .xlsx 再传。",
        "The file is empty or damaged. Open it in a spreadsheet program, save it as .xlsx and upload that.",
    ),
    (
        r"more than \d+ rows|packed more than \d+ times|unpacks to more than",
        "文件里有成千上万行空行（多半是把格式刷到了最底下）。选中最后一题以下的整行，删除，存好再传。",
        "The file has a great many empty rows, often because a format goes down to the very end. Select the rows below the "
        "last question, delete them, save and upload it again.",
    ),
    (
        r"took longer than|took more memory|nested too deeply",
        "这个文件太大或者太乱，读不完。只留表单要用的几张工作表，把下面的空行删掉，再传一次。",
        "The file is too large or too tangled to be read. Keep only the sheets of the form, delete the empty rows below, and "
        "upload it again.",
    ),
    (
        r"not an Excel workbook",
        "这不是 Excel 文件（.xlsx 或 .xls）。在办公软件里另存为 .xlsx 再传。",
        "This is no Excel workbook (.xlsx or .xls). Save it as .xlsx in a spreadsheet program and upload that.",
    ),
)


def say_plainly(error: str) -> Line | None:
    """A sentence of pyxform, or of ours about a workbook, for who edits the form; None where there is nothing better."""
    for pattern, zh, en in _PLAIN:
        if found := re.search(pattern, error, re.DOTALL):
            named = {name: text or "" for name, text in found.groupdict().items()}
            return Line(zh.format(**named), en.format(**named))
    return None


def tell_wrongs(error: str, details: Mapping[str, Any]) -> list[Slip]:
    """What an XLSFormInvalid says, place by place; row 0 and an empty sheet or column where it is not known."""
    if slips := details.get("slips"):
        return [Slip(one["sheet"], one["row"], one["column"], Line(one["errorZh"], one["errorEn"])) for one in slips]
    said = say_plainly(error) or Line(error, error)
    return [Slip(details.get("sheet") or "", details.get("row") or 0, "", said)]
