"""What is kept in store lot by lot, what is done with it and why, in plain Chinese and English."""

from typing import Final

from server.followups.ruleset import Words

ITEMS: Final = {
    "condom": Words("避孕套", "Condoms"),
    "coc": Words("短效口服避孕药", "Pill (COC)"),
    "pop": Words("单纯孕激素药", "Progestogen-only pill"),
    "folic_acid": Words("叶酸", "Folic acid"),
    "test_kit": Words("早孕试纸", "Pregnancy test strips"),
}
"""What of F7 has an expiry: all but leaflets. Units are those of the form: pieces, packs of four weeks, tablets."""

UNITS: Final = {
    "condom": ("只", "piece", "pieces"),
    "coc": ("盒", "pack", "packs"),
    "pop": ("盒", "pack", "packs"),
    "folic_acid": ("片", "tablet", "tablets"),
    "test_kit": ("条", "piece", "pieces"),
}
"""In Chinese, and in English for one and for several."""

CAME, SENT, ARRIVED, HANDED_OUT, TAKEN_OUT, COUNTED = "came", "sent", "arrived", "handed_out", "taken_out", "counted"

KINDS: Final = {
    CAME: Words("收到", "Came in"),
    SENT: Words("调出", "Sent on"),
    ARRIVED: Words("调入", "Arrived"),
    HANDED_OUT: Words("发放", "Handed out"),
    TAKEN_OUT: Words("取出不发", "Taken out"),
    COUNTED: Words("清点", "Counted"),
}

REASONS: Final = {
    "expired": Words("过期了", "Expired"),
    "damaged": Words("坏了、销毁了", "Damaged or destroyed"),
    "returned": Words("退回上级", "Returned to the supplier"),
    "lost": Words("不见了", "Lost"),
    "not_written": Words("发了没有记", "Handed out and not written down"),
    "miscounted": Words("以前数错了", "Counted wrongly before"),
    "other": Words("说不清", "Not known"),
    "used": Words("用完了", "Used up"),
    "before": Words("改用流水账以前的数", "From before the ledger"),
}

WHY_TAKEN_OUT: Final = ("expired", "damaged", "returned")
WHY_DIFFERENT: Final = ("not_written", "miscounted", "lost", "damaged", "other")
"""What may be chosen; the rest of REASONS is from before there was a ledger."""


def unit_of(item: str, number: int) -> Words:
    chinese, one, many = UNITS[item]
    return Words(chinese, one if number == 1 else many)
