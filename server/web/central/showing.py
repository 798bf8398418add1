"""Forms as this caller may see them, for every door under /v1 that shows some."""

from server.access.allow import may
from server.access.tokens import unseal
from server.models import Project
from server.publishing.figures import figures_of_forms
from server.publishing.queries import ListedForm, list_forms
from server.web.browser_words import json_of
from server.web.central.loading import may_read
from server.web.parameters import wants_extended
from server.web.session import caller, reading, secret_key
from server.web.telling import telling_if_reading
from server.web.wire import forms_json
from server.web.wire.central_json import Json

FORM = "/projects/<int:project_id>/forms/<xml_form_id>"
VERSIONS = FORM + "/versions/<version>"


def form_json(project: Project, one: ListedForm) -> Json:
    """A form; of a draft also its test token, for those who may change it."""
    token = None
    if one.version.id == one.form.draft_version_id and may(caller(), "form.update", project, one.form):
        token = unseal(secret_key(), one.form.draft_token_sealed)
    return forms_json.form(one.form, one.version, token) | {"phoneAppOnly": json_of(one.version)}


def shown_forms(project: Project) -> list[Json]:
    """The forms of a project that the caller may read, with their figures when asked for."""
    every = list_forms(reading(), project)
    rows = [one for one in every if may_read(caller(), project, one.form, one.version)]
    if not wants_extended():
        return [form_json(project, one) for one in rows]
    figures = figures_of_forms(reading(), caller(), project, rows, telling_if_reading())
    return [form_json(project, one) | forms_json.form_figures(one.version, figures[one.form.id]) for one in rows]
