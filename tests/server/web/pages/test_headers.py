import re

from server.web.blueprints import WEB_FOLDER
from server.web.pages.headers import FOR_EVER


def test_every_page_carries_the_strict_policy(town, browse):
    rita = browse("rita")
    for path in ("/sign-in", "/review", "/map", "/forms", "/me", "/not-built", "/nothing-here"):
        headers = rita.see(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["X-Frame-Options"] == "DENY"
        assert headers["Cache-Control"] == "no-store"


def test_key_urls_send_no_referrer(town, browse):
    assert browse().see("/v1/projects/1/formList").headers["Referrer-Policy"] == "no-referrer"


def test_static_files_with_a_mark_are_kept_for_ever_and_others_asked_for_again(town, browse):
    page = browse().see("/sign-in").get_data(as_text=True)
    marked = re.search(r'href="(/static/css/base\.css\?v=[0-9a-f]{10})"', page)[1]
    assert browse().see(marked).headers["Cache-Control"] == FOR_EVER
    assert browse().see("/static/css/base.css").headers["Cache-Control"] == "no-cache"


def templates():
    return sorted((WEB_FOLDER / "templates").rglob("*.html"))


def test_no_template_holds_inline_style_or_script_or_an_unescaped_value():
    inline = re.compile(r'\sstyle="|\son[a-z]+="|<style|<script(?![^>]*\ssrc=)|\|\s*safe|autoescape|javascript:')
    assert [path.name for path in templates() if inline.search(path.read_text(encoding="utf-8"))] == []


SVG = "http://www.w3.org/2000/svg"


def test_no_template_or_stylesheet_names_another_host():
    outside = re.compile(r"(?:https?:)?//[a-z0-9-]+\.[a-z]", re.IGNORECASE)
    static = WEB_FOLDER / "static"
    files = [*templates(), *static.glob("css/*.css"), *static.glob("*.svg")]
    assert [file.name for file in files if outside.search(file.read_text(encoding="utf-8").replace(SVG, ""))] == []
