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
    "condom": Words("只", "pieces"),
    "coc": Words("盒", "packs"),
    "pop": Words("盒", "packs"),
    "folic_acid": Words("片", "tablets"),
    "test_kit": Words("条", "pieces"),
}

ENDS: Final = {
    "used": Words("用完了", "Used up"),
    "returned": Words("退回了", "Returned"),
    "destroyed": Words("销毁了", "Destroyed"),
}
