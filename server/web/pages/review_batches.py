"""Many records at a time: approved, rejected or given to a colleague, and back again; and filters that are kept as tabs."""

from flask import Response, make_response, redirect, render_template, request

from server.intake import batches
from server.intake.batches import Progress
from server.intake.saved_views import delete_view, save_view
from server.models import ReviewBatch
from server.web import session
from server.web.pages.door import pages
from server.web.pages.review import reachable
from server.web.pages.review_filter import HERE, LAST_ID, address_of, query_of, read_filter
from server.web.pages.sent import ID, sent_id, sent_text
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _, _n
from server.web.pages.toasts import Undo, say

MOST_TICKED = 1000


@pages.post(f"{HERE}/batches")
def begin_batch() -> Response:
    """What is ticked, or with `all` whatever fits the filter in the address."""
    project, scope = reachable("submission.update")
    what, chosen = sent_text("state", 20, required=True), read_filter() if request.form.get("all") else ticked()
    to = sent_id("to") if what == batches.ASSIGN and request.form.get("to") else None
    wish, by = batches.Decision(what, to), require_person()
    return go_on(batches.begin_batch(session.db(), project, scope, wish, chosen, by, session.now()))


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
        }.get(progress.batch.what, _n("%(num)s record changed", "%(num)s records changed", done))
    if not progress.left:
        return said
    stayed = _n(
        "%(num)s stayed as a colleague had left it", "%(num)s stayed as colleagues had left them", progress.left
    )
    return f"{said}{_(', ')}{stayed}"


@pages.get(f"{HERE}/batches/<{ID}:batch_id>")
def show_batch(batch_id: int) -> Response:
    """How far it is. With script it goes on by itself while the page is open; the timetable ends it else."""
    project, _scope = reachable("submission.update")
    batch = batches.get_batch(session.db(), project.id, batch_id, require_person())
    return make_response(batch_page(batches.progress_of(session.db(), batch)))


def batch_page(progress: Progress) -> str:
    batch = progress.batch
    template = "review/batch_bar.html" if "HX-Request" in request.headers else "review/batch.html"
    addresses = {name: page_of(batch, f"/{name}") for name in ("go", "stop", "undo")}
    return render_template(
        template,
        progress=progress,
        said=said_of(progress),
        addresses=addresses,
        back=address_of(read_filter()),
        can_undo=bool(progress.done) and batches.can_undo(session.db(), batch, session.now()),
    )


@pages.post(f"{HERE}/batches/<{ID}:batch_id>/go")
def go_on_with_batch(batch_id: int) -> Response:
    project, _scope = reachable("submission.update")
    batch = batches.get_batch(session.db(), project.id, batch_id, require_person())
    if "HX-Request" not in request.headers:
        return go_on(batch)
    return make_response(batch_page(batches.work_on(session.db(), batch, session.now())))


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
