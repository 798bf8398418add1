import pytest

from forms.library import library_forms, read_library_form
from forms.lint import lint, lint_properties
from forms.xform import read_xform
from tests.forms.samples import small_form


def lint_label(text: str) -> list[tuple[str, str]]:
    body = f'<input ref="/data/name"><label>{text}</label></input>'
    return list(dict.fromkeys((one.term, one.severity) for one in lint(read_xform(small_form(body=body)))))


FORBIDDEN = [
    *(
        "社会抚养费",
        "政策外",
        "计划外",
        "生育证",
        "准生证",
        "生育指标",
        "二孩审批",
        "三孩生育审批",
        "孕情监测",
        "孕情上报",
    ),
    *(
        "查环",
        "查孕",
        "查环查孕",
        "结扎任务",
        "结扎清库",
        "四术",
        "逃避",
        "重点对象",
        "信息协查",
        "育龄对象",
        "管理对象",
    ),
    *("拒访户", "外逃", "包村干部", "二女户", "孩次", "胎儿性别", "长效措施", "应查未查", "查验证", "育妇"),
]


@pytest.mark.parametrize("term", FORBIDDEN)
def test_words_of_the_old_work_plans_are_forbidden(term):
    assert "forbidden" in [severity for _, severity in lint_label(f"请填写{term}情况")], term


@pytest.mark.parametrize("text", ["对象", "拒绝", "跟踪", "网格员", "身份证号", "婚姻状况"])
def test_words_that_may_hurt_or_ask_too_much_are_warned_about(text):
    assert [severity for _, severity in lint_label(text)] == ["warning"]


@pytest.mark.parametrize(
    "text",
    [
        "今天检查环境卫生了吗",
        "检查孕妇的血压",
        "清库存",
        "出生医学证明、生育证明",
        "计划外出吗",
        "巡查环节",
        "应查看接种本",
        "泄漏检测",
        "向外逃生的路",
        "健康教育妇女专场",
        "查验证件",
        "重点户外活动",
        "研究对象",
        "不愿回答",
        "产检（产前检查）",
        "Parity check of the data",
    ],
)
def test_everyday_sentences_pass(text):
    assert lint_label(text) == []


@pytest.mark.parametrize("text", ["查 环", "查\u200b环", "查-环", "社 会 抚 养 费", "四．术"])
def test_a_term_cannot_hide_behind_spaces_and_marks(text):
    assert lint_label(text)


@pytest.mark.parametrize(
    "name",
    ["birth_quota", "policy_birth", "parity_limit", "fetal_sex", "fetalSex", "q7_spouse_consent", "iud_check_mandatory",
     "shehui_fuyangfei", "chahuan", "FETAL-SEX"],
)  # fmt: skip
def test_names_of_fields_are_read_in_english_and_pinyin(name):
    form = small_form(fields=f"<{name}/>", binds="", body="")

    (finding,) = lint(read_xform(form))

    assert (finding.path, finding.severity) == (f"/{name}", "forbidden")
    assert finding.reason_zh.endswith("。") and finding.reason_en.endswith(".")


@pytest.mark.parametrize(
    "name",
    [
        *(
            "shehuifuyangfei",
            "she_hui_fu_yang_fei",
            "q3SheHuiFuYangFei",
            "jiao-shehui-fuyangfei",
            "jiaoshehuifuyangfei2",
        ),
        *("socialmaintenancefee", "SOCIALMAINTENANCEFEE", "SocialMaintenancefee", "paidsocialmaintenancefees"),
        *("birthquota", "village-birthquota", "BIRTHQUOTA", "policybirth", "isPolicyBirth", "paritylimit", "fetalsex"),
        *(
            "taierxingbie",
            "tai_er_xing_bie",
            "spouseconsent",
            "zhun_sheng_zheng",
            "yunqingjiankong",
            "iudcheckmandatory",
        ),
    ],
)
def test_a_name_does_not_hide_by_how_its_words_are_put_together(name):
    (finding,) = lint(read_xform(small_form(fields=f"<{name}/>", binds="", body="")))
    assert (finding.path, finding.severity) == (f"/{name}", "forbidden")


@pytest.mark.parametrize(
    "text",
    ["Shèhuì fǔyǎngfèi", "ＳＯＣＩＡＬ maintenance fee", "socialmaintenancefee?", "s\u200bocial maintenance fee"],
)
def test_a_label_does_not_hide_by_its_tones_and_widths(text):
    assert [severity for _, severity in lint_label(text)] == ["forbidden"]


@pytest.mark.parametrize(
    "name",
    [
        *("infants_expected", "infantsExpected", "jianchahuanjing", "jiancha_huanjing", "jianchayunfu", "qingkuang"),
        *(
            "shengyuzhengming",
            "jihuawaichu",
            "home_birth_permitted",
            "birth_quotation",
            "policyBirthday",
            "xinchangshi",
        ),
        *("disparity_limit", "fetal_sexual_health", "social_fee", "maintenance_fee", "fuyang", "fei_yang", "invader"),
        *("spouse_name", "consent_service", "internationalidea", "babysexpected"),
    ],
)
def test_everyday_names_hold_no_term_however_they_are_put_together(name):
    assert lint(read_xform(small_form(fields=f"<{name}/>", binds="", body=""))) == []


@pytest.mark.parametrize("name", ["parity", "michahuana", "birth_date", "name"])
def test_other_names_of_fields_pass(name):
    assert lint(read_xform(small_form(fields=f"<{name}/>", binds="", body=""))) == []


def test_choices_titles_hints_and_messages_are_read_too():
    form = small_form(
        title="<h:title>孕情监控表</h:title>",
        binds='<bind nodeset="/data/name" jr:constraintMsg="四术"/>',
        body="<select1 ref='/data/name'><label>方法</label><hint>落实措施</hint>"
        "<item><label>查环</label><value>chahuan</value></item></select1>",
    )

    assert [(one.path, one.term) for one in lint(read_xform(form))] == [
        ("", "孕情监控"),
        ("/name", "chahuan"),
        ("/name", "查环"),
        ("/name", "落实措施"),
        ("/name", "四术"),
    ]


def test_translated_texts_are_found_at_their_field():
    form = small_form(
        binds="""<itext><translation lang="zh"><text id="/data/name:label"><value>是否逃避</value></text></translation>
        </itext>""",
        body="""<input ref="/data/name"><label ref="jr:itext('/data/name:label')"/></input>""",
    )

    assert [(one.path, one.term) for one in lint(read_xform(form))] == [("/name", "逃避")]


CHOICE = """<select1 ref="/data/name"><label>方法</label><item><label>甲</label><value>a</value></item>
<item><label>乙</label><value>b</value></item></select1>"""


@pytest.mark.parametrize(
    ("constraint", "terms"),
    [(". = 'a'", ["a"]), ("'a'=.", ["a"]), ("selected(., 'b')", ["b"]), (". != 'a'", []), (". = 'a' or . = 'b'", [])],
)
def test_a_choice_of_which_one_answer_passes_is_no_choice(constraint, terms):
    form = read_xform(small_form(binds=f'<bind nodeset="/data/name" constraint="{constraint}"/>', body=CHOICE))
    assert [(one.term, one.severity, one.waivable) for one in lint(form)] == [
        (one, "forbidden", False) for one in terms
    ]


def test_a_number_or_a_text_may_have_one_answer():
    form = small_form(binds="""<bind nodeset="/data/name" constraint=". = 'ok'"/>""")
    assert lint(read_xform(form)) == []


def test_only_a_text_that_is_read_may_be_waived():
    label = '<input ref="/data/name"><label>社会抚养费已取消</label></input>'
    note = small_form(binds='<bind nodeset="/data/name" readonly="true()"/>', body=label)
    assert [one.waivable for one in lint(read_xform(note))] == [True]
    assert [one.waivable for one in lint(read_xform(small_form(body=label)))] == [False]
    named = small_form(fields="<chahuan/>", binds='<bind nodeset="/data/chahuan" readonly="true()"/>', body="")
    assert [one.waivable for one in lint(read_xform(named))] == [False]


def test_the_lists_about_women_hold_what_our_own_forms_write():
    for one in library_forms():
        for use in read_xform(read_library_form(one.form_id)).datasets:
            assert lint_properties(use.name, use.properties) == []
    assert [one.term for one in lint_properties("Women", ["code", "Code", "spouse"])] == ["Code", "spouse"]
    assert lint_properties("homes", ["anything"]) == []


def test_our_own_forms_pass_without_a_single_finding():
    for one in library_forms():
        assert lint(read_xform(read_library_form(one.form_id))) == []
