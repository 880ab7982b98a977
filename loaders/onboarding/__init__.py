"""Before a file is loaded: draft the provider file it needs, and say what the pipeline would say of it."""
