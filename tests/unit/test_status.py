"""Show when the ICB is reminded that an agreement ends."""

import datetime as dt

import pytest

from loaders.senders.provider import load_providers
from loaders.status import agreements_ending

ENDS_ON = dt.date(2027, 3, 31)


@pytest.mark.parametrize(
    ("days_before", "said"),
    [
        (61, []),
        (60, ["ends on 31 March 2027, in 60 days"]),
        (7, ["ends on 31 March 2027, in 7 days"]),
        (-1, ["ended on 31 March 2027; nothing is fetched"]),
    ],
)
def test_an_agreement_that_ends_is_told_from_sixty_days_on(days_before: int, said: list[str]) -> None:
    charity = load_providers()["zw3"]
    lines = agreements_ending([charity], ENDS_ON - dt.timedelta(days=days_before))
    assert [line.partition("its agreement ")[2] for line in lines] == said
