"""What a woman reads on her own page of taking something back, and of how she may be reached."""

from flask_babel import lazy_gettext as _l

OWN_NAMES = {"reminder": _l("Being reminded")}
"""Purposes whose name elsewhere speaks of her to somebody else."""
MEANS = {
    "service": _l(
        "Nobody reads what is kept of you any more, nobody reminds you, and you are on no list. Your card ends."
    ),
    "reminder": _l("Nobody calls you or writes to you about days. Your card still shows them."),
    "share_clinic": _l("Doctors of the clinic see your days only, and no answers."),
    "location": _l("Nobody sees where you live. Visits at your door end."),
    "stats": _l("You are counted in no number of the town any more."),
    "erase": _l(
        "What is kept of you is deleted now. It cannot be brought back; safety copies of it end within 30 days."
    ),
    "keep_minimal": _l(
        "What the law asks for stays under lock. You can agree again at any time, at the clinic or a visit."
    ),
}
HER_WISHES = {
    "other_person": _l("Somebody else than now"),
    "no_home_visits": _l("Not at my door"),
    "other_number": _l("By another number"),
    "ask_me": _l("Ask me about it when I am there"),
}
