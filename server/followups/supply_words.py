"""What is kept in store lot by lot, and how a lot ends, in plain Chinese and English."""

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

ENDS: Final = {
    "used": Words("用完了", "Used up"),
    "returned": Words("退回了", "Returned"),
    "destroyed": Words("销毁了", "Destroyed"),
}


def unit_of(item: str, number: int) -> Words:
    chinese, one, many = UNITS[item]
    return Words(chinese, one if number == 1 else many)
