"""What is late is read from the marts of the made-up region, whose gaps are known."""

import datetime as dt

from loaders.status.reading import read


def test_what_is_owed_and_not_sent_is_late_as_the_marts_know_it(loaded_region, as_of):
    found = read(as_of)
    assert [(one.sender, one.feed, one.period_start_on, one.newest_file_state) for one in found.late] == [
        ("ZW2", "friends_and_family_test", dt.date(2025, 9, 1), None),
        ("ZW2", "friends_and_family_test", dt.date(2025, 8, 1), None),
        ("ZW1", "incidents", dt.date(2023, 8, 1), "refused"),
    ]
    assert found.late[0].days_late == (as_of.date() - dt.date(2025, 10, 21)).days
    assert len(read(as_of, sender="zw2").late) == 2
