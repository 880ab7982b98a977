"""What a record must look like, and the verdict on one that does not."""
