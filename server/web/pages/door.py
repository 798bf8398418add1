"""The one blueprint of all pages: every address that answers with HTML, or with the map's data for a page."""

from server.web.blueprints import Door

pages = Door("pages", tongue="page")
