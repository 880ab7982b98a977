"""The command line: any step of the journey, run by hand."""
