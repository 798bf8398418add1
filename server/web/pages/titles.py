"""Titles of forms in the reader's language: an XForm has one title, and those of our library have an English one besides."""

from forms.library import english_titles
from server.web import languages
from server.web.pages.door import pages


@pages.app_template_filter("form_title")
def say_form_title(title: str) -> str:
    """For a form of the town's own, the title that it has."""
    return english_titles().get(title, title) if languages.language_tag() == "en" else title
