import pytest

from forms.texts import language_code
from forms.xform import read_xform
from tests.forms.samples import small_form


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("中文 (zh)", "zh"),
        ("English (en)", "en"),
        ("简体中文 (zh-Hans)", "zh"),
        ("zh", "zh"),
        ("zh_CN", "zh"),
        ("en-GB", "en"),
        ("中文", "zh"),
        ("汉语", "zh"),
        ("English", "en"),
        ("Chinese", "zh"),
        ("default", "default"),
        ("Français (fr)", "fr"),
        ("彝语", "彝语"),
    ],
)
def test_a_forms_name_for_a_language_becomes_a_short_code(name, code):
    assert language_code(name) == code


def test_a_missing_translation_and_a_missing_text_give_nothing():
    form = small_form(
        binds="""<itext><translation lang="zh"><text id="/data/name:label"><value>姓名</value></text></translation>
        <translation lang="en"><text id="/data/name:label"><value>-</value></text></translation></itext>""",
        body="""<input ref="/data/name"><label ref="jr:itext('/data/name:label')"/><hint ref="jr:itext('none')"/></input>""",
    )

    assert read_xform(form).schema.by_path["/name"].labels == {"zh": "姓名"}


def test_every_text_a_person_sees_is_among_the_phrases():
    form = small_form(
        binds='<bind nodeset="/data/name" jr:constraintMsg="Too long" jr:requiredMsg="jr:itext(\'x\')"/>',
        body='<input ref="/data/name"><label>Your <output value="/data/name"/></label><hint>As written</hint></input>',
    )

    assert [(one.where, one.text) for one in read_xform(form).phrases] == [
        ("/name", "Your ${name}"),
        ("/name", "As written"),
        ("/name", "Too long"),
    ]
