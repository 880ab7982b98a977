"""Build the made-up region in a folder of its own, for what is written from it by command."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def built() -> Iterator[None]:
    """Load, build and publish the region from its files; `warehouse.connection` speaks to it while the block runs."""
    from assure import demonstration
    from warehouse import bootstrap, server

    with tempfile.TemporaryDirectory() as folder:
        os.environ["ASSURE_STATE"] = folder
        for name in ("ASSURE_DATABASE_URL", "ASSURE_MASTER_KEY"):
            os.environ.pop(name, None)
        server.start(Path(folder), durable=False)
        try:
            bootstrap.bootstrap()
            demonstration.carry(demonstration.write_region(Path(folder) / "region"))
            yield
        finally:
            server.erase(Path(folder))
