"""Files with many records: asked for here, made by the timetable, taken by who asked for them and by nobody else."""

from flask import Response

from server.access.allow import Scope, find_records_scope
from server.errors import NotFound
from server.intake import made_exports
from server.intake.export_files import CHUNK_BYTES
from server.intake.made_exports import READY
from server.models import Form, MadeExport
from server.web import session
from server.web.exports import note_export
from server.web.pages.door import pages
from server.web.pages.export_words import MIME
from server.web.pages.exports import PAGE, as_file, number_in, read_order, told_of
from server.web.pages.review import reachable
from server.web.pages.sent import ID
from server.web.pages.shell import current_project
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say


@pages.post(PAGE)
def ask_for_export() -> Response:
    """A file with many records, made by the timetable."""
    project, scope = reachable("submission.read")
    order, form, kind = read_order(project, scope)
    number = number_in(order, form, kind)
    made_exports.ask_export(session.db(), order, require_person(), form.id, kind, number, session.now())
    return say(f"{PAGE}?project={project.id}", _("The file is being made. You hear of it in your inbox."))


def mine(export_id: int) -> tuple[Scope | None, MadeExport]:
    """What her rights reach now, and what she asked for. Raises NotFound for another's."""
    project = current_project()
    row = made_exports.get_own(session.db(), project.id, require_person(), export_id)
    return find_records_scope(session.caller(), "submission.read", project), row


@pages.get(f"{PAGE}/made/<{ID}:export_id>")
def take_made_export(export_id: int) -> Response:
    """For who asked for it, while her rights are as they were. Raises NotFound for everybody else, and where it is over."""
    scope, row = mine(export_id)
    if row.state != READY or made_exports.why_over(session.db(), row, scope, session.now()):
        raise NotFound()
    file, form = (
        made_exports.open_made(session.config().data_dir, row, session.database().keys),
        session.db().get_one(Form, row.form_id),
    )
    note_export(form, told_of(made_exports.read_order(row.wish_json), row.kind, row.total))
    answer = Response(iter(lambda: file.read(CHUNK_BYTES), b""), content_type=MIME[row.kind])
    answer.call_on_close(file.close)
    return as_file(answer, form, row.kind)


@pages.post(f"{PAGE}/made/<{ID}:export_id>/back")
def take_export_back(export_id: int) -> Response:
    _scope, row = mine(export_id)
    made_exports.take_back(row)
    return say(f"{PAGE}?project={row.project_id}", _("It is taken back, and its file goes within a minute."))
