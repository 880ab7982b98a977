"""Say which moment a run speaks for; below the DAGs nobody reads a clock. (Read by airflow through the dag files.)"""

import datetime as dt


def as_of(run) -> dt.datetime:
    """Return the run's `as_of` parameter, or now: the moment everything in this run is dated by."""
    given = (run.conf or {}).get("as_of")
    return dt.datetime.fromisoformat(given) if given else dt.datetime.now(dt.UTC)
