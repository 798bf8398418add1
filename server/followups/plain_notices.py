"""Words into an inbox that are about no visit. They name nobody: who is meant shows by who has left the lists."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from server.followups.notices import INBOX, Word, add_once
from server.followups.wishes import wishes_of

WITHDRAWN, KEPT_CLOSED, TEXT_CHANGED = "withdrawn", "kept_closed", "text_changed"
OPENED = "opened"
COACHING = "coaching"
CHECK_DIFFERS, CHECK_CONCERN = "check_differs", "check_concern"
FEEDBACK_WAITS: Final = "feedback_waits"
BEFORE_BREAK: Final = "before_break"
SYNC_WORKER, SYNC_LEAD = "sync_worker", "sync_lead"
MENTIONED: Final = "mentioned"
RETURN_ANSWERED: Final = "return_answered"
RECORD_ASKED: Final = "record_asked"
RECORD_ANSWERED: Final = "record_answered"
EXPORT_READY: Final = "export_ready"
PACK_READY: Final = "pack_ready"

SENTENCES: Final = {
    WITHDRAWN: (
        "有一位已经撤回同意，名单里不再有她。她不用说理由，您也不用再做什么。谢谢您一直的照顾。",
        "Somebody took her consent back and has left your lists. She gives no reason, and nothing is left for you to do. "
        "Thank you for your care.",
    ),
    KEPT_CLOSED: (
        "您手机里晚到的记录收到了。她已经撤回同意，没有人会看，也不用您补什么。谢谢您。",
        "Records that were still on your phone have arrived. She has taken her consent back, so nobody reads them, and you "
        "need not do anything. Thank you.",
    ),
    OPENED: (
        "有人因紧急情况打开了一个村的记录，一小时后自动关上。谁、为什么、看了什么，请到“紧急查看”核对。",
        "Somebody opened a village's records in an emergency; they close by themselves after an hour. Who, why and what "
        "was read stands under “Emergency access”.",
    ),
    COACHING: (
        "有一位同事的测验几次没有通过，想请您陪着学一学。不排名次，也不扣什么。是谁：",
        "Somebody has not passed the quiz in several tries; please learn with her. Nobody is ranked and nothing is "
        "deducted. It is about:",
    ),
    CHECK_DIFFERS: (
        "一份质量回访和原来的记录有几处对不上，想请您问一问。记错了也常有，不影响任何人的服务，不排名次。",
        "A back-check and the record of the visit differ; please ask about it. Memory may be wrong; nobody's service depends "
        "on it and nobody is ranked.",
    ),
    CHECK_CONCERN: (
        "质量回访里，有人说到收钱收东西、不能说不、没有先问愿不愿意，或者别的大问题。请您来处理，不要交给那位访视员。",
        "In a back-check somebody told of money or things taken, of not being free to say no, of not being asked first, or of "
        "something else serious. Please see to it yourself and do not pass it to that field worker.",
    ),
    FEEDBACK_WAITS: (
        "有一件事想请您看一看，请在方便时打开“权利事务”。",
        "Something waits for you; please open the rights desk when it suits you.",
    ),
    BEFORE_BREAK: (
        "快放长假了：有些待办的最后一天在假期里，请放假前安排好。",
        "A long break is coming: the last day of some tasks lies in it. Please plan them before it begins.",
    ),
    SYNC_WORKER: (
        "您的手机有一段时间没有同步了。请在有网络的地方打开 Collect，让它同步一次；填好的访视会自己发出，不用重做。",
        "Your phone has not synchronised for a while. Please open Collect where there is a network and let it synchronise; "
        "visits that are filled in are sent by themselves and need not be done again.",
    ),
    SYNC_LEAD: (
        "有一部手机一直没有同步，那里的访视也许已经做了。请先问问是没有网络还是手机坏了；不排名次。",
        "A phone has not synchronised, and the visits there may be done already. Please ask first whether it is the network "
        "or the phone; nobody is ranked.",
    ),
    MENTIONED: (
        "有同事在一份记录的批注里提到您，请在方便时看一看。",
        "A colleague named you in a comment beside a record; please look when it suits you.",
    ),
    RETURN_ANSWERED: (
        "您退回的一份记录已经更正了，请在方便时再看一看。",
        "A record that you returned has been corrected; please look at it again when it suits you.",
    ),
    RECORD_ASKED: (
        "审核的同事想问问您交来的一份记录是怎么填的，方便时点开回句话就行。",
        "Who reviews would like to ask how one of your records was made; a word back when it suits you is enough.",
    ),
    RECORD_ANSWERED: (
        "您问过的一份记录有了回话，请在方便时看一看。",
        "Somebody answered what you asked about a record; please look when it suits you.",
    ),
    EXPORT_READY: (
        "您要的导出文件做好了，七天内可以下载。",
        "The file that you asked for is ready; it can be taken for seven days.",
    ),
    PACK_READY: (
        "上个月的月会材料做好了，可以看、下载、打印。",
        "The papers for the meeting about last month are ready to be read, taken and printed.",
    ),
    TEXT_CHANGED: (
        "同意书有几项换了新的说法。下次见面时，请用“说明有新版”那一项，只问改过的几项。",
        "Some words of the consent have changed. At the next visit choose “new wording”: it asks only what has changed.",
    ),
}
"""Chinese and English by kind (Notification.kind)."""


def tell(db: Session, project_id: int, people: Collection[int], kind: str, occasion: str, now: datetime) -> None:
    """Puts a word of SENTENCES into each inbox, outside of its owner's quiet hours; once an occasion."""
    wishes = wishes_of(db, people)
    for person in sorted(people):
        word = Word(project_id, f"{occasion}:{kind}", person, INBOX, kind, None)
        add_once(db, word, wishes[person].earliest(now), now)


def say(kind: str, english: bool) -> str:
    return SENTENCES[kind][english]
