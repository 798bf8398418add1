"""The words of rule files in plain Chinese and English: facts, answers, stops, levels. For pages, docs and changes alike."""

from typing import Final

from server.followups.ruleset import Words

FACTS: Final = {
    "ga_anchor": Words("孕周起算日", "the day that weeks are counted from"),
    "registered_on": Words("登记日", "the day of registration"),
    "started_on": Words("开始日", "the day it began"),
    "injected_on": Words("上一次打针", "the last injection"),
    "supply_until": Words("手里的用到哪天", "the day her supply lasts until"),
    "issued_on": Words("发放日", "the day it was given"),
    "reported_on": Words("报告日", "the day it was reported"),
    "referred_on": Words("转诊日", "the day of the referral"),
    "wants_help_on": Words("她说还需要帮助的那天", "the day she said that she needs more"),
    "fa_supply_until": Words("叶酸用到哪天", "the day her folic acid lasts until"),
    "visited_on": Words("上一次走访", "the last visit"),
    "born_on": Words("分娩日", "the birth"),
    "left_on": Words(
        "出院日（没说时按分娩后 3 天）", "the day she left hospital (three days after the birth while nobody told)"
    ),
    "lost_on": Words("妊娠结束那天", "the loss"),
    "told_on": Words("告知日", "the day it was told"),
    "sent_on": Words("她同意转出的那天", "the day she agreed to the transfer"),
    "taken_over_on": Words("接收方接手的那天", "the day it was taken over"),
    "arrived_on": Words("到本镇的那天", "the day she came to us"),
    "stepped_on": Words("上一步的日子", "the step before"),
    "renewal_on": Words("县里通知的年审日", "the day of the county's notice"),
    "noted_on": Words("记下的那天", "the day it was noted"),
    "expires_on": Words("卡片上的到期日", "the last day on the card"),
    "appointed_on": Words(
        "卫生院写的下次打针日（没写时按上一次后四周）",
        "the next injection as the clinic wrote (four weeks after the last where it wrote none)",
    ),
    "reviewed_on": Words("上一次复查", "the last review"),
    "wanted_again_on": Words("她要求再领的日子", "the day she asked for more"),
    "lam_until": Words("哺乳能避孕到哪天", "the day breastfeeding protects until"),
    "stopped_on": Words("停用或换方法那天", "the day she stopped or changed"),
    "complained_on": Words("她说不舒服那天", "the day she said that she was not well"),
    "cared_on": Words("照护那天", "the day of the care"),
    "planned_on": Words("她说备孕那天", "the day she said that she plans a pregnancy"),
    "without_on": Words("登记时没在吃叶酸那天", "the day she took no folic acid at registration"),
    "fa_begun_on": Words("第一次领叶酸那天", "the first folic acid"),
    "dose_asked_on": Words("记下用量要由医生定那天", "the day it was noted that a doctor says the dose"),
    "consented_on": Words("她上次同意那天", "her last consent"),
    "missed_on": Words("第一次去没见到人那天", "the first call, when nobody was met"),
    "undated_on": Words("登记时说不清孕周那天", "the registration, when nobody could tell the weeks"),
    "extra_on": Words("医生定的日子", "the day that a clinician set"),
    "set_on": Words("医生定下那天", "the day it was set"),
    "sampled_on": Words("取样那天", "the day of the sample"),
    "chosen_on": Words("她自己选的那天", "the day that she chose"),
    "open": Words("最早那天", "the first day"),
    "due": Words("建议日", "the target day"),
    "close": Words("最后一天", "the last day"),
}
"""Every day that a window or a level may count from."""

ANSWERS: Final = {
    "antenatal_contact": Words("一次产前访视", "an antenatal contact"),
    "outcome_report": Words("一次分娩或结局报告", "a report of the birth or how it ended"),
    "episode_visit": Words("一次关于这个方法的访视", "a visit about this method"),
    "next_injection": Words("下一针", "the next injection"),
    "next_supply": Words("下一次发放", "the next supply"),
    "seen_by_clinician": Words("医生看过", "a clinician has seen her"),
    "referral_outcome": Words("转诊有了结果", "the outcome of the referral"),
    "next_talk": Words("下一次和她谈过", "the next talk with her"),
    "next_folic_acid": Words("下一次领叶酸", "the next folic acid"),
    "household_visit": Words("下一次走访这户", "the next visit to the home"),
    "discharge_told": Words("知道她哪天出院", "the day she left hospital is known"),
    "postnatal_visit": Words("一次产后访视", "a visit after the birth"),
    "home_visit": Words("一次产后上门访视", "a visit at home after the birth"),
    "mood_check": Words("问过她心情怎样", "she was asked how she feels"),
    "loss_support": Words("她的任何回答", "any answer of hers"),
    "transfer_received": Words("接收方确认收到", "the receiver says that it came"),
    "newcomer_met": Words("和新来的人见过面", "the newcomer was met"),
    "newcomer_served": Words("问过新来的人需要什么", "the newcomer was asked what she needs"),
    "next_step": Words("办完下一步", "the next step is done"),
    "renewal_filed": Words("年审已报", "the renewal is filed"),
    "device_visit": Words("一次关于到期的访视", "a visit about the day on the card"),
    "appointed_injection": Words("约好的那一针", "the injection that was agreed"),
    "next_review": Words("下一次复查", "the next review"),
    "handed_out": Words("她要的领到了", "what she asked for was given"),
    "lam_visit": Words("一次关于换方法的访视", "a visit about what comes after breastfeeding"),
    "support_visit": Words("停用以后谈过一次", "one talk after she stopped"),
    "complaint_heard": Words("回过她的话", "she was called back"),
    "complaint_seen": Words("医生看过", "a clinician has seen her"),
    "offer_answered": Words("医生问过一次", "a clinician asked once"),
    "folic_acid_given": Words("领了叶酸，或她说在吃", "folic acid, or her word that she takes it"),
    "folic_acid_taken": Words("领了叶酸，或她说在吃", "folic acid, or her word that she takes it"),
    "need_asked": Words("问过她还要不要", "she was asked whether she still needs it"),
    "dose_said": Words("医生定了用量", "a doctor said the dose"),
    "consent_renewed": Words("重新问过她同不同意", "her consent was asked for again"),
    "first_talk": Words("和这户第一次谈过", "the first talk with the home"),
    "dated": Words("孕周有了依据", "her weeks are known"),
    "clinician_contact": Words("医生看过她一次", "a contact with a clinician"),
    "methods_offer": Words("谈过产后避孕，或她说不用", "the talk about methods, or her word that she wants none"),
    "methods_offer_after": Words("谈过产后避孕，或她说不用", "the talk about methods, or her word that she wants none"),
    "result_told": Words("医生告诉过她，或她说不用", "a clinician told her, or her word that she wants none"),
    "word_given": Words("告诉过她，或她说不用", "she was told, or her word that she wants none"),
}
STOPS: Final = {
    "gave_birth": Words("已经分娩", "she gave birth"),
    "pregnancy_ended": Words("妊娠结束", "the pregnancy has ended"),
    "episode_ended": Words("不再用这个方法", "the method has ended"),
    "pregnancy_registered": Words("登记了怀孕", "a pregnancy was registered"),
    "replaced": Words("下一次已提前做了", "the next one came before"),
    "household_declined": Words("这户不要", "the home wants it no more"),
    "household_moved": Words("这户搬走了", "the home has moved"),
    "thirteen_weeks": Words("孕满 13 周", "13 weeks of pregnancy are over"),
}
LEVELS: Final = {
    "info": Words("一般", "plain"),
    "amber": Words("留意", "ending soon"),
    "red": Words("要紧", "do it soon"),
    "critical": Words("紧急", "critical"),
}
MARKS: Final = {
    "A": Words("读过原文", "read in the source itself"),
    "B": Words("众所周知，没有再读", "well known, not read again"),
    "C": Words("要请医生确认", "to be confirmed by a clinician"),
}
KINDS: Final = {
    "clinical": Words("医疗类：遇休息日只提前、不推后", "clinical: a day off moves it earlier, never later"),
    "admin": Words("事务类：遇休息日顺延到下一个工作日", "office work: a day off moves it to the next working day"),
}
WHOSE: Final = {
    "care_team": Words("照护小组", "the care team"),
    "clinician": Words("只归医生", "clinicians alone"),
}
ONLY: Final = {
    "named_risk": Words("只限医生写明有风险的", "only where a clinician named a risk"),
}
CONSENTS: Final = {
    "after_abortion": Words("她对人工流产后照护的单独同意", "her separate consent to care after an abortion"),
    "screening_result": Words("她对由我们告诉她筛查结果的单独同意", "her separate consent to hear a result from us"),
    "word_from_60_on": Words(
        "她对在她自己选的一天以前告诉她 60 岁起有什么的单独同意",
        "her separate consent to be told, before a day that she chose, what there is from 60 years on",
    ),
}
PROFILES: Final = {
    "any": Words("不分时间表", "any schedule"),
    "CN5": Words("国家基本公卫 5 次", "the five contacts of the national service"),
    "CN5+WHO": Words("国家 5 次加世界卫生组织的几次", "the five national contacts and those of WHO"),
    "CN-clinic": Words("国内临床指南", "the national clinical guideline"),
}
OWNERS: Final = {
    "town health lead": Words("镇卫生负责人", "town health lead"),
}
APPLIES: Final = {
    "methods": Words("方法", "methods"),
    "urgency": Words("转诊缓急", "urgency"),
    "signs": Words("谁的情况", "signs"),
    "birth": Words("哪些分娩", "births"),
    "checks": Words("产检", "antenatal checks"),
    "complaints": Words("不舒服的轻重", "complaints"),
}
"""Whom of all a rule is for: the fields of `applies`."""
CHOSEN: Final = {
    "iud_cu": Words("含铜宫内节育器", "copper IUD"),
    "iud_lng": Words("左炔诺孕酮宫内系统", "LNG-IUS"),
    "implant": Words("皮下埋植", "implant"),
    "dmpa": Words("三个月避孕针", "3-month injectable"),
    "neten": Words("两个月避孕针", "2-month injectable"),
    "cic": Words("每月避孕针", "monthly injectable"),
    "coc": Words("短效口服避孕药", "pill (COC)"),
    "pop": Words("单纯孕激素药", "progestogen-only pill"),
    "condom_m": Words("避孕套", "condom"),
    "condom_f": Words("女用避孕套", "female condom"),
    "lam": Words("哺乳闭经避孕法", "breastfeeding (LAM)"),
    "ec": Words("紧急避孕", "emergency contraception"),
    "female_ster_done": Words("女性绝育术后照护", "after-care of her sterilisation"),
    "male_ster_done": Words("男性绝育术后照护", "after-care of his sterilisation"),
    "natural": Words("安全期等自然方法", "fertility awareness"),
    "urgent": Words("急", "urgent"),
    "routine": Words("不急", "routine"),
    "removal": Words("她要取出", "she wants it taken out"),
    "pregnancy": Words("孕期", "in pregnancy"),
    "after_birth": Words("产后", "after the birth"),
    "baby": Words("宝宝", "the baby"),
    "self_harm": Words("想伤害自己或宝宝", "thoughts of harm"),
    "left_early": Words("在家分娩或当天出院", "at home, or out on the same day"),
    "no_visits": Words("她不要上门", "she wants no visits at home"),
    "baby_spoken_of": Words("她愿意说起宝宝", "she speaks of the baby"),
    "watched": Words("医生写明有风险、早产或宝宝让人担心", "a named risk, an early birth, or a worry about the baby"),
    "not_talked": Words("产前没谈过避孕", "nothing was said of methods before"),
    "needed": Words("还要做", "still needed"),
    "not_needed": Words("不用做", "not needed"),
    "plain": Words("轻", "plain"),
    "severe": Words("重", "severe"),
    "danger": Words("危险信号", "a danger sign"),
}
"""What may stand in them."""
LISTS: Final = {
    "women": Words("妇女本人", "a woman"),
    "households": Words("一户人家", "a home"),
    "benefit_cases": Words("一件待遇办理", "a benefit case"),
}


def word(table: dict[str, Words], name: str) -> Words:
    """What a name of the file is called; one that came later is called by itself."""
    return table.get(name, Words(name, name))
