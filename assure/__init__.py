"""The command line: every step of the pipeline by hand, by the same functions the DAGs call."""
