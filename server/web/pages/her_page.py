"""The page that a woman opens with her card and her own number: her next days, what she agreed to, and taking it back.

No account, nothing written down of her looks. Every part works without script. Addresses and titles say nothing.
"""

from typing import Any, Final

from flask import Response, make_response, redirect, render_template, request

from server.access.restricted import is_restricted
from server.errors import MissingParameter, Problem, UnexpectedValue
from server.followups.card_days import next_days
from server.intake.own_words import ASKED, find_version, tell
from server.intake.withdrawing import checked_purposes, withdraw
from server.publishing.card_places import EMERGENCY, choose_place, list_places, rights_line
from server.registry.cards import OPEN_FOR, Hers, count_told
from server.registry.consent_texts import all_versions, texts_in_force
from server.registry.consents import consents_of
from server.registry.on_cards import contact_of
from server.registry.rights_desk import WISHES, wish_for_contact
from server.web import card_visits, session
from server.web.pages.again import show_again
from server.web.pages.consent_words import lines_of, name_of
from server.web.pages.consents import checked_choice
from server.web.pages.door import pages
from server.web.pages.own_consent_words import HER_WISHES, MEANS, OWN_NAMES
from server.web.pages.sent import sent_text
from server.web.pages.texts import _
from server.web.pages.toasts import say

ENTER: Final = "card/enter.html"
MOST_WORDS: Final = 1000


@pages.get("/c")
def show_her_page() -> Response:
    hers = card_visits.who_opened()
    if hers is None:
        return make_response(render_template(ENTER))
    return that_closes(render_template("card/hers.html", **facts_of(hers)))


def that_closes(page: str) -> Response:
    """A page that goes from the screen by itself when its minutes are over, also without script."""
    answer = make_response(page)
    answer.headers["Refresh"] = f"{int(OPEN_FOR.total_seconds())}; url=/c"
    return answer


@pages.post("/c")
def open_her_page() -> Response:
    session.refuse_other_sites()
    try:
        token = card_visits.open_page(request.form.get("code", ""), request.form.get("pin", ""))
    except Problem as problem:
        return show_again(ENTER, problem)
    return card_visits.give_cookie(to_page(), token)


@pages.post("/c/leave")
def leave_her_page() -> Response:
    """Also without the form's token: nothing is lost by leaving."""
    session.refuse_other_sites()
    return card_visits.leave_page(to_page())


@pages.post("/c/withdraw")
def take_back_herself() -> Response:
    """First what it means, and then, once she says so again, it is done: by the way that every withdrawal takes."""
    hers = opened()
    if hers is None:
        return to_page()
    try:
        purposes = checked_purposes(request.form.getlist("purpose"))
        what = checked_choice(purposes)
        if request.form.get("sure") != "yes":
            return that_closes(render_template("card/sure.html", **what_it_means(hers, purposes, what)))
        withdraw(session.db(), hers.project, hers.woman, purposes, what, None, session.now())
    except Problem as problem:
        return show_again("card/hers.html", problem, page_again)
    return done_with("service" in purposes)


def done_with(everything: bool) -> Response:
    if everything:
        return card_visits.leave_page(say("/c", _("Your wish holds from now on. The card opens nothing any more.")))
    return say("/c", _("Your wish holds from now on."))


@pages.post("/c/contact")
def wish_for_another_way() -> Response:
    hers = opened()
    if hers is None:
        return to_page()
    try:
        wish = sent_text("wish", 40, required=True)
        wish_for_contact(session.db(), hers.project.id, hers.woman.uuid, wish, None, session.now())
    except Problem as problem:
        return show_again("card/hers.html", problem, page_again)
    return say("/c", _("Your wish has gone to who looks after your rights. It is answered within three days."))


@pages.post("/c/tell")
def tell_rights() -> Response:
    """What she says of the service: without her name, to the rights officer alone."""
    hers = opened()
    if hers is None:
        return to_page()
    try:
        said = sent_words()
        version = find_version(session.db(), hers.project)
        if version is None or not count_told(session.db(), hers):
            raise UnexpectedValue(
                field="text", value="…", reason="it cannot be taken here just now; the number below can"
            )
        tell(session.db(), hers.project, version, said, session.now())
    except Problem as problem:
        return show_again("card/hers.html", problem, page_again)
    return say("/c", _("It has gone to the rights officer, without your name."))


def sent_words() -> dict[str, str]:
    """Raises MissingParameter where nothing was said."""
    said = {name: "yes" for name in ASKED if request.form.get(name) == "yes"}
    text = sent_text("text", MOST_WORDS)
    if not said and not text:
        raise MissingParameter(field="text")
    return {**said, "text": text}


def opened() -> Hers | None:
    """Whose page a form was sent from; None once its minutes are over. Raises Forbidden for another site's form."""
    hers = card_visits.who_opened()
    if hers is not None:
        card_visits.guard_form()
    return hers


def to_page() -> Response:
    return redirect("/c", 303)  # type: ignore[return-value]


def page_again() -> dict[str, Any]:
    hers = card_visits.who_opened()
    return facts_of(hers) if hers else {}


def facts_of(hers: Hers) -> dict[str, Any]:
    """Nothing of her health: days, a place, what she agreed to, and whom to call."""
    db, day, project, woman = session.db(), session.today(), hers.project, hers.woman
    consents = consents_of(db, project.id, woman.uuid)
    lines = lines_of(consents, all_versions(db, project.id), texts_in_force(db, project.id), day)
    lines = [{**one, "label": own_name(one["purpose"])} for one in lines]
    store = session.blobs()
    return {
        "days": next_days(db, woman, day),
        "unused": is_restricted(db, project.id, woman.uuid),
        "place": choose_place(list_places(db, store, project), hers.card.place),
        "contact": contact_of(db, woman),
        "lines": lines,
        "given": [one for one in lines if one["given"]],
        "wishes": [(name, str(HER_WISHES[name])) for name in WISHES],
        "rights_line": rights_line(db, store, project),
        "emergency": EMERGENCY,
        "may_tell": find_version(db, project) is not None,
        "token": card_visits.page_token(),
        "minutes": int(OPEN_FOR.total_seconds() // 60),
    }


def own_name(purpose: str) -> str:
    return str(OWN_NAMES[purpose]) if purpose in OWN_NAMES else name_of(purpose)


def what_it_means(hers: Hers, purposes: list[str], what: str) -> dict[str, Any]:
    means = [str(MEANS[one]) for one in (["service"] if "service" in purposes else purposes)]
    if "service" in purposes:
        means.append(str(MEANS[what]))
    return {
        "purposes": purposes,
        "names": [own_name(one) for one in purposes],
        "what": what,
        "means": means,
        "token": card_visits.page_token(),
    }
