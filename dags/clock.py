"""Say which moment and period a run speaks for; below the DAGs nobody reads a clock. (Read by airflow in the dag files.)"""

import datetime as dt


def as_of(run) -> dt.datetime:
    """Return the run's `as_of` parameter, or now: the moment everything in this run is dated by."""
    from warehouse.periods import moment_named

    given = (run.conf or {}).get("as_of")
    return moment_named(given) if given else dt.datetime.now(dt.UTC)


def period(run):
    """Return the run's `period` parameter as first and last day, or None: then everything new is looked at."""
    from warehouse.periods import period_named

    given = (run.conf or {}).get("period")
    return period_named(given) if given else None
