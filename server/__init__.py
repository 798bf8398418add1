"""Fangshi: who may, what is kept, what happens next, and the doors people come in by."""

import os
from functools import partial
from string import punctuation
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Flask, Request, Response
from flask_babel import Babel

from server.access.credentials import BasicMemory
from server.access.passwords import nobodys_hash
from server.access.phones import RecentUse
from server.access.reading_log import WRITE_EVERY, ReadingLog
from server.blobs import BlobStore
from server.config import Config
from server.db import Database
from server.keys import KeyRing
from server.postgresql import QUESTION_SECONDS, share_out
from server.web.addresses import LateRule
from server.web.multipart import UploadParser

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

__version__ = "0.1.0"
MOST_BYTES = 110_000_000  # a body of 100 MB and what multipart puts around it


class Server(Flask):
    """One request, one transaction: committed when the view returns, rolled back when it raises, before the error is worded."""

    url_rule_class = LateRule

    def dispatch_request(self, *args: Any) -> Any:
        from flask import request

        from server.web import session

        try:
            answer = super().dispatch_request(*args)
        except Exception:
            session.end_streams()
            session.finish(commit=False)
            raise
        session.finish(commit=request.method not in session.SAFE)
        return answer

    def send_static_file(self, filename: str) -> Response:
        from server.web.packed import send_packed

        answer = send_packed(str(self.static_folder), filename) or super().send_static_file(filename)
        answer.vary.add("Accept-Encoding")
        return answer


class UploadRequest(Request):
    """Multipart limits of odk-contract.md 1.6: 1,000 parts, single files of 100 MB and more, spooled to disk."""

    max_form_parts = 1000
    max_form_memory_size = 11_000_000
    form_data_parser_class = UploadParser

    def __init__(self, environ: "WSGIEnvironment", populate_request: bool = True, shallow: bool = False) -> None:
        """Bare bytes behind a `?` count as if they were sent as %FF: werkzeug cannot read those that are no UTF-8."""
        super().__init__(environ, populate_request, shallow)
        if not self.query_string.isascii():
            self.query_string = quote(self.query_string, safe=punctuation).encode()


def create_app(config: Config, database: Database | None = None) -> Server:
    """The WSGI application for a data folder whose schema is current (see server.upgrading)."""
    app = build_app()
    equip_app(app, config, database)
    return app


def build_app() -> Server:
    """All addresses and no data: werkzeug takes a quarter of a second to compile them, so tests do it once."""
    from server.web import addresses, blueprints, errors, languages, readings, session

    app = Server("server", root_path=str(blueprints.WEB_FOLDER), static_folder="static", static_url_path="/static")
    app.request_class = UploadRequest
    app.config.update(MAX_CONTENT_LENGTH=MOST_BYTES)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    Babel(
        app,
        default_locale=languages.CHINESE,
        locale_selector=languages.select_language,
        default_translation_directories=str(blueprints.TRANSLATIONS),
    )
    app.url_value_preprocessor(addresses.restore_slashes)
    app.teardown_request(readings.hand_over_reads)  # the last is called first
    app.teardown_request(session.close)
    blueprints.register(app)
    errors.register(app)
    return app


def equip_app(app: Server, config: Config, database: Database | None = None) -> None:
    """Gives an application its settings and its data; what it had before is let go."""
    from server.intake.store import Store
    from server.places.tianditu import Pace
    from server.reports.outlines import Outlines
    from server.web import addresses
    from server.web.at_work import AtWork

    app.config.update(CONFIG=config, TESTING=config.testing)
    config.data_dir.mkdir(parents=True, exist_ok=True)
    share = share_out(config.database_connections, os.cpu_count() or 1)
    app.extensions["fangshi.database"] = database or Database(
        config.sqlalchemy_url, config.key_file, share.connections, QUESTION_SECONDS
    )
    keys = KeyRing(config.key_file)
    keys.make_if_missing()
    app.extensions["fangshi.keys"] = keys
    app.extensions["fangshi.key"] = keys.current_secret()  # as it was at start; keys may rotate meanwhile
    nobodys_hash()  # made now: the first unknown address is to take no longer than the next
    app.extensions["fangshi.basic"] = BasicMemory()
    app.extensions["fangshi.uses"] = RecentUse()
    app.extensions["fangshi.blobs"] = BlobStore(config.blob_dir, keys)
    app.extensions["fangshi.tianditu"] = Pace()
    app.extensions["fangshi.outlines"] = Outlines()
    app.extensions["fangshi.store"] = Store(app.extensions["fangshi.database"])
    wait = 0 if config.testing else WRITE_EVERY
    app.extensions["fangshi.readings"] = ReadingLog(app.extensions["fangshi.database"], wait)
    plain = partial(Flask.wsgi_app, app)
    app.wsgi_app = AtWork(addresses.Addresses(plain, config.trusted_proxies))  # type: ignore[method-assign]
