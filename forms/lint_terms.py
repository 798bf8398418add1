"""What a form may never ask, as words: the list that `forms.lint` reads.

Red lines of this project: no fines, no birth quotas, no targets of methods or operations, no duty to be checked, no
search for people who keep away, no sex of a foetus, nobody else's consent in place of hers. The Chinese terms are the
words of the old work plans; a look-around keeps everyday sentences out ("检查环境" holds 查环 and means no such thing).
"""

from typing import Literal, NamedTuple

Severity = Literal["forbidden", "warning"]


class Rule(NamedTuple):
    """Terms that break one red line. `chinese` are regular expressions; `names` are words of field names, in order.

    `joined` are regular expressions too, over letters alone: what no everyday name holds, so that it is found in whatever
    way its words and syllables are written together or apart, and within a longer word. Others are not among them:
    "infants_expected" holds infant_sex so, "jiancha_huanjing" (to look over the surroundings) holds chahuan.
    """

    severity: Severity
    reason_zh: str
    reason_en: str
    chinese: tuple[str, ...]
    names: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()


LISTS_WITHOUT_PLACE = frozenset(["women", "pregnancies", "contraception_episodes", "referrals", "transfers"])
PLACE = "geometry"
NO_PLACE = Rule(
    "forbidden",
    "她住在哪里，从不和她的健康放在一起：位置只在户的名册里。",
    "Where she lives never stands beside her health: only the list of households holds places.",
    (),
)
"""Requirement P3, domain.md 6.3: what has the property `geometry` is drawn on maps, by ODK Collect too."""

KNOWN_PROPERTIES = {
    "women": frozenset(
        [
            *("assigned_worker", "code", "display_name", "household", "village_code", "wording"),
            *("consent_location", "consent_reminder", "consent_service", "consent_share_clinic", "consent_stats"),
            "consent_until",
        ]
    ),
    "pregnancies": frozenset(["ga_anchor", "last_weight", "preg_no", "status", "village_code", "woman"]),
    "contraception_episodes": frozenset(
        [
            *("last_injection", "method", "next_injection", "start_date", "status", "supply_end", "village_code"),
            "woman",
        ]
    ),
    "referrals": frozenset(
        [
            *("form_id", "outcome", "outcome_on", "pregnancy", "referred_on", "status", "urgency", "village_code"),
            "woman",
        ]
    ),
    "transfers": frozenset(["direction", "status", "village_code", "woman"]),
}
"""What the lists about women's health hold, and nothing beside it (domain.md 3 and 6.3, P7)."""

UNKNOWN_PROPERTY = Rule(
    "forbidden",
    "名册里关于她的项目只有这几项；要多记一项，先改规定，不在表单里加。",
    "The lists about her hold these properties and no others; another one is a change of the rules, not of a form.",
    (),
)
FORCED_CHOICE = Rule(
    "forbidden",
    "只有一个答案能过的选择题不是选择：她选什么，都不能挡住表单。",
    "A choice of which only one answer passes is no choice: whatever she chooses must not stop the form.",
    (),
)
CHOICE_AS_A_TASK = Rule(
    "forbidden",
    "任务做没做完，不能看她选了什么、答了什么：只看我们去了没有。",
    "Whether a task is done never depends on what she chose or answered, only on our own visit.",
    (),
)
"""Domain.md 6.5: no task's completion requires a person's choice. None of these three can be waived."""

RULES = (
    Rule(
        "forbidden",
        "社会抚养费已在 2021 年废止，表单里不能再出现。",
        "The social maintenance fee was abolished in 2021 and has no place in a form.",
        ("社会抚养费", "计划生育罚款", "超生"),
        ("fuyangfei", "social_maintenance_fee", "birth_fine"),
        ("(?:shehui)?fuyangfei", "socialmaintenancefee", "shengyufakuan"),
    ),
    Rule(
        "forbidden",
        "生几个孩子由她自己决定：不问指标、审批、孩次和胎次。",
        "How many children she has is her decision: no quota, permit, approval or birth order.",
        (
            "政策外",
            "政策内生育",
            "计划外(?!出|面)",
            "准生证",
            "生育证(?!明|据)",
            "生育指标",
            "[二三]孩.{0,2}审批",
            "二孩对象",
            "待孕对象",
            "孩次",
            "胎次",
            "二女户",
        ),
        (
            "zhengcewai",
            "jihuawai",
            "zhunshengzheng",
            "shengyuzheng",
            "shengyu_zhibiao",
            "erhai_shenpi",
            "sanhai_shenpi",
            "birth_quota",
            "policy_birth",
            "birth_permit",
            "parity_limit",
            "unplanned_birth",
        ),
        (
            *("zhengcewai", "zhunshengzheng", "shengyuzhibiao", "(?:er|san)haishenpi"),
            *("birthquota(?!t)", "birthpermit(?!t)"),
        ),
    ),
    Rule(
        "forbidden",
        "不强制检查，也不监控怀孕：只有她自己要的随访。",
        "No mandatory checks and no watching of pregnancies: only follow-up that she asked for.",
        (
            "孕情(?:监测|监控|上报)",
            "孕环情",
            "查环查孕",
            "(?<![检调审核抽巡排])查环(?!境|节|保|绕|球|形|卫)",
            "(?<![检调审核抽巡排])查孕(?!产)",
            "应查(?:未查|尽查|对象|人数|率)",
            "逾期未查",
            "(?<!泄)漏管(?!道|线)",
            "(?<!泄)漏检(?!测|修)",
            "查验证(?!件|书|明)",
            "入户检查",
        ),
        (
            "yunqing_jiance",
            "yunqing_jiankong",
            "chahuan",
            "chayun",
            "chahuan_chayun",
            "iud_check_mandatory",
            "mandatory_iud_check",
            "pregnancy_surveillance",
        ),
        ("yunqingjian(?:ce|kong)", "chahuanchayun", "mandatoryiudcheck", "iudcheckmandatory", "pregnancysurveillance"),
    ),
    Rule(
        "forbidden",
        "方法由她知情选择：没有手术和措施的任务、指标。",
        "She chooses a method, informed: no targets of operations or methods.",
        (
            "四术",
            "清库(?!存|房)",
            "结扎.{0,2}(?:任务|指标|清库)",
            "上环任务",
            "皮埋指标",
            "长效措施",
            "清理取环",
            "落实措施",
            "节育措施",
            "事后补救",
        ),
        ("jieza_renwu", "jieza_zhibiao", "qingku", "sterilisation_quota", "sterilization_quota", "method_target"),
        ("jieza(?:renwu|zhibiao)", "sterili[sz]ationquota(?!t)"),
    ),
    Rule(
        "forbidden",
        "不愿意就到此为止：不查找、不登记回避的人，也不给人贴这样的名字。",
        "A no ends it: nobody who keeps away is searched for or listed, and no person is called by such a name.",
        (
            "逃避",
            "外逃(?!生|离)",
            "空挂(?!号|钩|历)",
            "信息协查",
            "协查",
            "追踪流出",
            "拒访户",
            "重点对象",
            "重点户(?!外)",
            "(?:育龄|管理|流产|监测|流动人口|五色|药具|失访|信访|预警|异常)对象",
            "(?<![教培养生体保])育妇(?![女幼产科])",
            "已婚育龄妇女",
            "包保责任人",
            "包村干部",
            "应访尽访",
        ),
        ("taobi", "waitao", "xincha", "xiecha", "evasion", "evader", "refuser_list", "zhongdian_duixiang"),
        ("zhongdianduixiang",),
    ),
    Rule(
        "forbidden",
        "胎儿和婴儿的性别从不收集。",
        "The sex of a foetus or a baby is never collected.",
        ("胎儿性别", "婴儿性别", "男胎|女胎"),
        ("fetal_sex", "foetal_sex", "taier_xingbie", "baby_sex", "infant_sex"),
        ("fo?etalsex(?!u)", "taierxingbie"),
    ),
    Rule(
        "forbidden",
        "只问她本人同不同意，不问配偶或家属。",
        "Only her own consent counts, nobody else's.",
        ("(?:配偶|丈夫|家属)(?:是否)?同意", "承诺书"),
        ("spouse_consent", "husband_consent", "peiou_tongyi"),
        ("(?:spouse|husband)consent", "peiou(?:shifou)?tongyi"),
    ),
    Rule(
        "warning",
        "这个词用在人身上伤人；如果说的是人，请换一个说法。",
        "This word hurts when it is said of a person; if it is, say it in another way.",
        (
            "(?<!研究|测量)对象",
            "拒绝",
            "跟踪",
            "网格",
            "摸底",
            "排查",
            "查访",
            "不配合",
            "通报",
            "造假",
            "失访",
            "流失",
            "流入人员",
            "做工作",
            "动员",
            "补救措施",
            "思想工作",
        ),
    ),
    Rule(
        "warning",
        "这一项超出了随访需要的最少信息，请不要收集。",
        "This is more than follow-up needs; please do not collect it.",
        ("身份证", "户口簿号", "婚姻状况", "结婚证", "工作单位", "宗教信仰", "子女(?:数|性别)", "孩子个数"),
        ("id_card", "national_id", "shenfenzheng", "marital_status", "ethnicity", "religion", "employer"),
    ),
)
