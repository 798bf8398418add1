"""Many records at a time: approved, rejected, given to a colleague or returned to their phones, and back again; and filters
that are kept as tabs.
"""

from flask import Response, make_response, redirect, render_template, request
from flask_babel import lazy_gettext as _l

from server.access.allow import Scope
from server.intake import batches, desk
from server.intake.batches import Progress
from server.intake.desk import RecordRow
from server.intake.returning_many import FORM_CLOSED, MEANWHILE, NO_PHONE, RETURN, WITH_PHONE
from server.intake.saved_views import delete_view, save_view
from server.intake.wanted import Wanted
from server.models import Project, ReviewBatch
from server.web import session
from server.web.pages.door import pages
from server.web.pages.returning import LONGEST
from server.web.pages.review import reachable
from server.web.pages.review_filter import HERE, LAST_ID, address_of, query_of, read_filter
from server.web.pages.sent import ID, sent_id, sent_text
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _, _n
from server.web.pages.toasts import Undo, say
from server.web.readings import note_read

MOST_TICKED = 1000


MOST_LEFT = 100
"""How many of those that could not be returned are told one by one."""
LEFT_WORDS = {
    WITH_PHONE: _l("It is with its phone already."),
    NO_PHONE: _l("No phone is left that could correct it. Correct it in the form, or let somebody go there again."),
    FORM_CLOSED: _l("Its form takes nothing more."),
    MEANWHILE: _l("Somebody decided otherwise meanwhile."),
}


@pages.post(f"{HERE}/batches")
def begin_batch() -> Response:
    """What is ticked, or with `all` whatever fits the filter in the address. What goes back is asked for a reason first."""
    project, scope = reachable("submission.update")
    what, chosen = sent_text("state", 20, required=True), read_filter() if request.form.get("all") else ticked()
    to = sent_id("to") if what == batches.ASSIGN and request.form.get("to") else None
    wish, by = batches.Decision(what, to, sent_text("reason", LONGEST)), require_person()
    if what == RETURN and not wish.reason:
        return ask_why(scope, chosen)
    return go_on(batches.begin_batch(session.db(), project, scope, wish, chosen, by, session.now()))


def ask_why(scope: Scope, chosen: Wanted | list[int]) -> Response:
    """The page that asks for the one reason."""
    number, query = batches.count_chosen(session.db(), scope, chosen), query_of(read_filter())
    if not number:
        return say(address_of(read_filter()), _("No record is chosen"))
    told = {"number": number, "longest": LONGEST, "ids": chosen if isinstance(chosen, list) else None}
    address = f"{HERE}/batches" + (f"?{query}" if query else "")
    return make_response(
        render_template("review/batch_return.html", **told, address=address, back=address_of(read_filter()))
    )


def ticked() -> list[int]:
    """The records whose boxes are ticked; what is no id is left out."""
    sent = request.form.getlist("record")[:MOST_TICKED]
    return [int(one) for one in sent if one.isascii() and one.isdigit() and int(one[:20]) < LAST_ID]


def go_on(batch: ReviewBatch) -> Response:
    """The next records; then the list again with a way back, or the page that says how far it is."""
    progress = batches.work_on(session.db(), batch, session.now())
    if progress.waits:
        return redirect(page_of(batch), 303)  # type: ignore[return-value]
    return ended(progress)


def page_of(batch: ReviewBatch, then: str = "") -> str:
    """The address of a batch's page, with the filter that the reader came from."""
    query = query_of(read_filter())
    return f"{HERE}/batches/{batch.id}{then}" + (f"?{query}" if query else "")


def ended(progress: Progress) -> Response:
    batch = progress.batch
    if batch.what == RETURN and batch.undoes_id is None and progress.left:
        return redirect(page_of(batch), 303)  # type: ignore[return-value]
    can_undo = progress.done and batches.can_undo(session.db(), batch, session.now())
    return say(address_of(read_filter()), said_of(progress), Undo(page_of(batch, "/undo"), {}) if can_undo else None)


def said_of(progress: Progress) -> str:
    """What was done with how many, and how many stayed as somebody else had left them."""
    done = progress.done
    if progress.batch.undoes_id is not None:
        said = _n("%(num)s record is as before", "%(num)s records are as before", done)
    elif progress.batch.what == batches.ASSIGN:
        said = _n("%(num)s record given", "%(num)s records given", done)
    else:
        said = {
            "approved": _n("%(num)s record approved", "%(num)s records approved", done),
            "rejected": _n("%(num)s record rejected", "%(num)s records rejected", done),
            RETURN: _n("%(num)s record returned", "%(num)s records returned", done),
        }.get(progress.batch.what, _n("%(num)s record changed", "%(num)s records changed", done))
    if not progress.left:
        return said
    if progress.batch.what == RETURN and progress.batch.undoes_id is None:
        stayed = _n("%(num)s was not", "%(num)s were not", progress.left)
    else:
        stayed = _n(
            "%(num)s stayed as a colleague had left it", "%(num)s stayed as colleagues had left them", progress.left
        )
    return str(_("%(done)s, %(stayed)s", done=said, stayed=stayed))


@pages.get(f"{HERE}/batches/<{ID}:batch_id>")
def show_batch(batch_id: int) -> Response:
    """How far it is. With script it goes on by itself while the page is open; the timetable ends it else."""
    project, scope = reachable("submission.update")
    batch = batches.get_batch(session.db(), project.id, batch_id, require_person())
    return make_response(batch_page(project, scope, batches.progress_of(session.db(), batch)))


def batch_page(project: Project, scope: Scope, progress: Progress) -> str:
    batch = progress.batch
    template = "review/batch_bar.html" if "HX-Request" in request.headers else "review/batch.html"
    addresses = {name: page_of(batch, f"/{name}") for name in ("go", "stop", "undo")}
    return render_template(
        template,
        progress=progress,
        said=said_of(progress),
        stayed=those_left(project, scope, progress),
        addresses=addresses,
        back=address_of(read_filter()),
        can_undo=bool(progress.done) and batches.can_undo(session.db(), batch, session.now()),
    )


def those_left(project: Project, scope: Scope, progress: Progress) -> list[tuple[RecordRow, str]]:
    """The records that did not go back, each with why; of any other act nothing, and nothing while it goes on."""
    batch = progress.batch
    if batch.what != RETURN or batch.undoes_id is not None or batch.ended_at is None or not progress.left:
        return []
    why = batches.list_left(session.db(), batch, MOST_LEFT)
    rows = desk.list_these(session.db(), scope, why)
    note_read(project, "submission.list", details={"records": len(rows)})
    return [(row, str(LEFT_WORDS[why[row.id]])) for row in rows]


@pages.post(f"{HERE}/batches/<{ID}:batch_id>/go")
def go_on_with_batch(batch_id: int) -> Response:
    project, scope = reachable("submission.update")
    batch = batches.get_batch(session.db(), project.id, batch_id, require_person())
    if "HX-Request" not in request.headers:
        return go_on(batch)
    return make_response(batch_page(project, scope, batches.work_on(session.db(), batch, session.now())))


@pages.post(f"{HERE}/batches/<{ID}:batch_id>/stop")
def stop_batch(batch_id: int) -> Response:
    project, _scope = reachable("submission.update")
    batch = batches.get_batch(session.db(), project.id, batch_id, require_person())
    batches.stop_batch(session.db(), batch, session.now())
    return ended(batches.progress_of(session.db(), batch))


@pages.post(f"{HERE}/batches/<{ID}:batch_id>/undo")
def undo_batch(batch_id: int) -> Response:
    project, scope = reachable("submission.update")
    batch = batches.get_batch(session.db(), project.id, batch_id, require_person())
    return go_on(batches.undo_batch(session.db(), scope, batch, require_person(), session.now()))


@pages.post(f"{HERE}/views")
def keep_view() -> Response:
    """The filter in the address, under a name."""
    project, _scope = reachable("submission.list")
    wanted = read_filter()
    name = sent_text("name", required=True)
    save_view(session.db(), project.id, require_person(), name, query_of(wanted), session.now())
    return say(address_of(wanted), _("Kept as a tab"))


@pages.post(f"{HERE}/views/<{ID}:view_id>/delete")
def drop_view(view_id: int) -> Response:
    project, _scope = reachable("submission.list")
    delete_view(session.db(), project.id, require_person(), view_id)
    return say(address_of(read_filter()), _("The tab is gone; the records are all there"))
