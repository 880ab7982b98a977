"""Say what a log may hold besides its message: names and counts of ours, never a value of a record."""

import logging

FACTS = ("sender", "feed", "load_id", "rows", "build_id", "schema", "port")
"""What is said of them, in this order; whatever else a record of the log carries is left out."""


def facts_of(record: logging.LogRecord) -> dict[str, object]:
    """Return the facts that a record of the log carries."""
    return {name: getattr(record, name) for name in FACTS if hasattr(record, name)}


def with_facts(message: str, record: logging.LogRecord) -> str:
    """Return a message that ends with the facts: `… not fetched: sender zw1, feed incidents`."""
    facts = ", ".join(f"{name} {value}" for name, value in facts_of(record).items())
    return f"{message}: {facts}" if facts else message
