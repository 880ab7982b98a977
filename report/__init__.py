"""The assurance report, written from the published schema alone."""
