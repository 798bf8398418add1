"""The page about a form for people who are asked by it, fill it in, or answer for it: a pure function of what is known of it.

Markdown in Chinese and English. Nothing in it is written by hand: words come from the form's source, from `about.toml`
beside it and, as Handling, from what the server does with its answers.
"""

from collections.abc import Iterable
from typing import Final

from forms.about import AWAITING, GRADES, About
from forms.outline import Outline, Row, Said
from forms.page_rows import GRADED, Handling, links, slashed, worded, write_row

MADE: Final = (
    "由表单和服务器里的规定生成，不手改；重新生成：`./fangshi form-docs`。\n"
    "Made of the form and of the server's own tables, not edited by hand; made again by `./fangshi form-docs`."
)


def write_page(form: Outline, about: About, handling: Handling) -> str:
    """The page about one form."""
    parts = [
        f"# {about.code} {form.title} / {about.title}\n",
        f"`{form.form_id}` · 版本 / version {form.version} · [全部表单 / all forms](README.md)\n\n{MADE}\n",
        f"{about.purpose.zh}\n{about.purpose.en}\n",
        f"## 谁看、存多久 / Who sees it, how long it is kept\n\n{_both(handling.readers)}\n{_both(handling.kept)}\n",
        "## 依据，和等本镇确认的 / What it rests on, and what awaits the town\n\n" + _waiting(about),
        "## 和项目说明的差别 / Where it differs from the brief\n\n" + _differences(form, about),
        "## 写进名单 / What it writes to lists\n\n" + _writes(form),
        "## 逐题 / Question by question\n",
        *("\n".join(write_row(row, form, about, handling)) + "\n" for row in form.rows if _is_told(row)),
    ]
    return "\n".join(parts)


def _is_told(row: Row) -> bool:
    return row.kind == "note" or row.keeps_answer


def _both(said: Said) -> str:
    return f"- {said.zh}\n- {said.en}"


def _waiting(about: About) -> str:
    parts = []
    for grade in GRADES:
        lines = [f"- {links(one.names)}：{one.said.zh}\n  {one.said.en}" for one in about.graded if one.grade == grade]
        if lines:
            parts.append(f"**[{grade}]** {slashed(GRADED[grade])}\n\n" + "\n".join(lines) + "\n")
    return "\n".join(parts or ["没有 / nothing\n"])


def _differences(form: Outline, about: About) -> str:
    absent = [f"- 没有 / not here {_codes(one.names)}：{one.said.zh}\n  {one.said.en}" for one in about.absent]
    here = [(one, [name for name in one.names if name in form.by_name]) for one in (*about.added, *about.shared)]
    here = [(one, [name for name in names if name not in about.asked]) for one, names in here]
    added = [f"- 多出 / added {links(names)}：{one.said.zh}\n  {one.said.en}" for one, names in here if names]
    return "\n".join([*absent, *added]) + "\n"


def _codes(names: Iterable[str]) -> str:
    return "、".join(f"`{name}`" for name in names)


def _writes(form: Outline) -> str:
    if not form.entities:
        return "不写任何名单。 / It writes to no list.\n"
    lines = []
    for use in form.entities:
        lines.append(f"名单 / list `{use['list_name']}`：\n")
        saved = ((row.name, row.save_to) for row in form.rows if row.save_to)
        lines.extend(f"- `{to}` ← [`{name}`](#{name})" for name, to in saved)
        for column, words in (
            ("create_if", "新建的条件 / makes a row when"),
            ("update_if", "更新的条件 / changes one when"),
        ):
            if use.get(column) not in (None, "", "false()"):
                said = worded(use[column], form)
                lines.append(f"- {words}：{said.zh} / {said.en}")
    return "\n".join(lines) + "\n"


def write_index(pages: Iterable[tuple[Outline, About]]) -> str:
    """The page that leads to the others. `pages` in the order in which they are listed."""
    rows = []
    for form, about in pages:
        waiting = sum(one.grade in AWAITING for one in about.graded)
        asked = sum(row.is_question for row in form.rows)
        rows.append(
            f"| {about.code} | [{form.title}]({form.form_id}.md) `{form.form_id}` | {about.purpose.zh}<br>{about.purpose.en} "
            f"| {asked} | {waiting} |"
        )
    return "\n".join(
        [
            "# 表单 / The forms\n",
            f"{MADE}\n",
            "每一页写着：问什么、什么时候问、规则、谁看、存多久、来自哪里；[B] 和 [C] 等本镇的临床人员确认。",
            "Each page says what is asked, when, by what rule, who sees it, how long it is kept and where it comes from; "
            "[B] and [C] await the town's clinician.\n",
            "“项目说明”是定下这些表的那份说明，§ 是它的节。手机上的分屏和提示不算多出的题，每条提示都列在页里。",
            "“The brief” is what these forms were asked for by, § its sections. Screens and texts to read do not count as "
            "fields that were added; every text is on the page.\n",
            "| | 表单 / form | 做什么 / what for | 题数 / questions | 等确认 / awaiting |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )
