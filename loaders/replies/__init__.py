"""Tell a sender what became of its files, without a value of a record."""
