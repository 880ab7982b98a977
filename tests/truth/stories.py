"""Which story tests which planted event; a story is called with (event, report, books, region)."""

from collections.abc import Callable

STORIES: dict[str, Callable] = {}


def story(*event_ids: str) -> Callable:
    """Say that a function tests these events of demo/truth.yml."""

    def of(function: Callable) -> Callable:
        STORIES.update(dict.fromkeys(event_ids, function))
        return function

    return of
