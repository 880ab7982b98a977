"""Draw the demo's accidents so that every run and every machine draws the same ones."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

Thing = TypeVar("Thing")


class Chance:
    """A stream of accidents named by words; the same words give the same stream, whatever was drawn elsewhere.

    Everything is made from `Random.random()`, the one generator whose output Python promises to keep.
    """

    def __init__(self, *names: object) -> None:
        self._draw = random.Random("|".join(str(name) for name in names)).random

    def happens(self, share: float) -> bool:
        return self._draw() < share

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self._draw() * (high - low + 1))

    def near(self, value: float, share: float) -> int:
        """A whole number within a share of a value, either side."""
        return round(value * (1 + share * (2 * self._draw() - 1)))

    def one_of(self, things: Sequence[Thing]) -> Thing:
        return things[int(self._draw() * len(things))]

    def weighted(self, weights: Mapping[Thing, float]) -> Thing:
        left = self._draw() * sum(weights.values())
        for thing, weight in weights.items():
            left -= weight
            if left < 0:
                return thing
        return thing

    def shuffled(self, things: Sequence[Thing]) -> list[Thing]:
        pile = list(things)
        for last in range(len(pile) - 1, 0, -1):
            other = int(self._draw() * (last + 1))
            pile[last], pile[other] = pile[other], pile[last]
        return pile

    def poisson(self, mean: float) -> int:
        """A Poisson count by inversion; means up to some hundreds."""
        left, count = self._draw(), 0
        chance = math.exp(-mean)
        while left > chance and chance > 0.0:
            left -= chance
            count += 1
            chance *= mean / count
        return count
