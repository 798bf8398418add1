from server.models import Actor


def test_a_page_is_told_who_is_signed_in_and_with_which_token_its_forms_go(town, browse, database):
    rita = browse("rita")
    told = rita.see("/signed-in")
    with database.reading() as db:
        name = db.get(Actor, told.json["actor"]).display_name
    assert (name, told.json["csrf"]) == (rita_name(rita), rita.csrf)
    assert told.headers["Cache-Control"] == "no-store"


def rita_name(rita):
    return rita.see("/me").get_data(as_text=True).split('class="person" href="/me" title="')[1].split('"')[0]


def test_nobody_is_told_so(browse):
    assert browse().see("/signed-in").json == {"actor": None, "csrf": ""}
