"""The one fault of a service: to be tried again in the night, and never a verdict on data."""


class DoorUnreachable(RuntimeError):
    """The sender's server does not answer, refuses us, or answers what was not asked for."""
