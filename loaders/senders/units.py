"""Which units a sender may count in, and by how much a number in one of them grows to stand in the contract's unit."""

from fractions import Fraction

_TIMES = {"seconds": Fraction(1, 60), "minutes": Fraction(1), "hours": Fraction(60), "days": Fraction(1440)}
_SHARES = {"share": Fraction(1), "percent": Fraction(1, 100), "per_1000": Fraction(1, 1000)}
_MONEY = {"GBP": Fraction(1), "pence": Fraction(1, 100)}
_MANY = {"thousands": Fraction(1000), "millions": Fraction(1_000_000)}
"""These scale whatever is counted."""
UNITS = (*_TIMES, *_SHARES, *_MONEY, *_MANY)
"""What `unit:` may say."""


def factor(sent: str, wanted: str | None) -> Fraction | None:
    """Return by what a number in the unit `sent` is multiplied to be in `wanted`; None where that cannot be.

    A column whose unit the contract leaves open takes shares of one, as every share in the warehouse is written.
    """
    if sent in _MANY:
        return _MANY[sent]
    for kind in (_TIMES, _SHARES, _MONEY):
        target = "share" if wanted is None and kind is _SHARES else wanted
        if sent in kind and target in kind:
            return kind[sent] / kind[target]
    return None
