from server.registry.redating import load_thresholds


def test_the_thresholds_join_up_from_the_first_week_on() -> None:
    steps = load_thresholds()
    assert [(one.from_day, one.to_day, one.more_than) for one in steps] == [
        (0, 62, 5),
        (63, 111, 7),
        (112, 153, 10),
        (154, 195, 14),
        (196, None, 21),
    ]
    assert [one.clinician_only for one in steps] == [False, False, False, False, True]
