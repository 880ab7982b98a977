"""Have a task's log end with its facts, as a terminal's does: Airflow leaves out what a message carries beside its words."""

import logging


class _WithFacts(logging.Filter):
    """Puts the facts of a record of ours into its message, once."""

    def filter(self, record: logging.LogRecord) -> bool:
        from warehouse.facts import facts_of, with_facts

        if facts_of(record) and not hasattr(record, "has_facts"):
            record.msg, record.args, record.has_facts = with_facts(record.getMessage(), record), None, True
        return True


def end_with_facts(_context) -> None:
    """Begin to say the facts in this process: what a task does first."""
    for handler in logging.getLogger().handlers:
        if not any(isinstance(one, _WithFacts) for one in handler.filters):
            handler.addFilter(_WithFacts())
