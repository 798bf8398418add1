"""Which doors there are. A door's `tongue` says in which form its errors go out (server/web/errors.py)."""

from pathlib import Path

from flask import Blueprint, Flask

from server.web.plain_text import refuse_unusable

WEB_FOLDER = Path(__file__).parent
TRANSLATIONS = WEB_FOLDER.parent / "translations"


class Door(Blueprint):
    """A blueprint that knows its tongue: json, openrosa, odata or page."""

    def __init__(self, name: str, tongue: str, url_prefix: str | None = None) -> None:
        super().__init__(name, __name__, url_prefix=url_prefix)
        self.tongue = tongue


def register(app: Flask) -> None:
    app.url_value_preprocessor(refuse_unusable)
    from server.web import definition, exports, health, odata, odata_entities, ogc, openrosa, policy_reports
    from server.web.central import (
        actor_properties,
        app_users,
        audits,
        changes,
        datasets,
        drafts,
        entities,
        entity_files,
        entity_history,
        form_files,
        forms,
        indicators,
        left_out,
        projects,
        public_links,
        roles,
        sending,
        sessions,
        submissions,
        users,
        villages,
        who_sees,
    )
    from server.web.pages import pages

    doors = (
        health.health,
        policy_reports.policy_reports,
        openrosa.openrosa,
        sessions.sessions,
        users.users,
        roles.roles,
        projects.projects,
        app_users.app_users,
        actor_properties.actor_properties,
        forms.forms,
        form_files.form_files,
        public_links.public_links,
        drafts.drafts,
        datasets.datasets,
        entities.entities,
        entity_files.entity_files,
        entity_history.entity_history,
        audits.audits,
        submissions.submissions,
        sending.sending,
        odata.odata,
        odata_entities.odata_entities,
        exports.exports,
        ogc.ogc,
        indicators.indicators,
        villages.villages,
        changes.changes,
        who_sees.who_sees,
        definition.definition,
        left_out.left_out,
        pages,
    )
    for door in doors:
        app.register_blueprint(door)
