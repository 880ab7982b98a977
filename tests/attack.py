"""Work out, by linear programming, what printed sums still leave open of the counts behind them.

The attacker knows the rules: how far a printed count can have been rounded, and that a hidden one is small.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy
from scipy.optimize import linprog
from scipy.sparse import csr_array

INFINITE = float("inf")
NEARLY = 1e-6
"""How far a solver may be from a whole number."""


@dataclass(frozen=True)
class Rules:
    """The two settings of disclosure control, as everybody may know them. Counts of people only; things are exact."""

    suppress_below: int = 5
    round_to: int = 5

    def is_small(self, count: int | None) -> bool:
        return count is not None and 0 < count < self.suppress_below

    def rounded(self, count: int) -> int:
        return self.round_to * math.floor(count / self.round_to + 0.5)

    def behind(self, printed: float) -> tuple[float, float]:
        """The least and the greatest count that is printed so: a printed 10 was 8 to 12, and a nought is a nought."""
        if not printed:
            return 0, 0
        return max(printed - self.round_to // 2, self.suppress_below), printed + self.round_to // 2

    def behind_hidden(self, count: int) -> tuple[float, float]:
        """The same of a hidden count, for the attacker who has been told whether it is hidden for its own sake."""
        if self.is_small(count):
            return 1, self.suppress_below - 1
        return (0, self.suppress_below - 1) if count == 0 else (self.suppress_below, INFINITE)


class Attack:
    """Unknown counts, none below nought, and what is known of their sums."""

    def __init__(self) -> None:
        self.places: dict[Hashable, int] = {}
        self.sums: dict[frozenset[int], tuple[float, float]] = {}
        self.no_more: set[tuple[int, int]] = set()
        self._known: tuple | None = None

    def place(self, cell: Hashable) -> int:
        return self.places.setdefault(cell, len(self.places))

    def saw(self, cells: Iterable[Hashable], low: float, high: float) -> None:
        """The sum of these cells lies between `low` and `high`; seen twice, it lies between both."""
        terms = frozenset(self.place(cell) for cell in cells)
        known_low, known_high = self.sums.get(terms, (0, INFINITE))
        self.sums[terms] = max(low, known_low), min(high, known_high)
        self._known = None

    def is_part(self, part: Hashable, whole: Hashable) -> None:
        """The one cell is no more than the other, as a numerator is than its denominator."""
        self.no_more.add((self.place(part), self.place(whole)))
        self._known = None

    def possible(self, cells: Iterable[Hashable]) -> tuple[float, float]:
        """The least and the greatest whole number that the sum of these cells can be."""
        target = numpy.zeros(len(self.places))
        for cell in cells:
            target[self.places[cell]] = 1
        above, limits = self._inequalities()
        ends = []
        for sign in (1, -1):
            found = linprog(sign * target, A_ub=above, b_ub=limits, bounds=(0, None), method="highs")
            assert found.status in (0, 3), "what is printed contradicts itself"
            ends.append(sign * found.fun if found.status == 0 else INFINITE)
        return math.ceil(ends[0] - NEARLY), ends[1] if ends[1] == INFINITE else math.floor(ends[1] + NEARLY)

    def _inequalities(self) -> tuple[csr_array, numpy.ndarray]:
        if self._known is None:
            rows, columns, signs, limits = [], [], [], []
            for terms, (low, high) in self.sums.items():
                for sign, limit in ((1, high), (-1, -low)):
                    if math.isfinite(limit):
                        rows += [len(limits)] * len(terms)
                        columns += terms
                        signs += [sign] * len(terms)
                        limits.append(limit)
            for part, whole in self.no_more:
                rows += [len(limits)] * 2
                columns += [part, whole]
                signs += [1, -1]
                limits.append(0)
            shape = (len(limits), len(self.places))
            self._known = csr_array((signs, (rows, columns)), shape=shape), numpy.array(limits, dtype=float)
        return self._known


def open_values(bounds: tuple[float, float]) -> float:
    """How many values are possible: 1 where the count is recovered."""
    return bounds[1] - bounds[0] + 1
