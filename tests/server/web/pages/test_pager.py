from server.web.pages.pager import address, pager


def test_the_pages_beside_keep_what_was_wanted():
    wanted = {"village": "519901201001", "state": ""}
    assert pager("/m", wanted, 2, 130) == {
        "first": 51,
        "last": 100,
        "total": 130,
        "before": "/m?village=519901201001&page=1",
        "after": "/m?village=519901201001&page=3",
    }


def test_at_the_ends_there_is_nothing_beside():
    assert [pager("/m", {}, 1, total)["after"] for total in (0, 50, 51)] == ["", "", "/m?page=2"]
    assert pager("/m", {}, 1, 0) == {"first": 0, "last": 0, "total": 0, "before": "", "after": ""}


def test_an_address_holds_words_of_any_kind():
    assert address("/review", {"form": "a b/一", "village": ""}) == "/review?form=a+b%2F%E4%B8%80"
