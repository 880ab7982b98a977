"""Write the dump of a small warehouse as this version leaves it, for later versions to prove they can take it over.

    .venv/bin/python -m tests.upgrades.write 0.2.0

Run it once for each release, and again only while that release is not out yet. The file holds the tables and rows of
raw, quarantine, restricted and audit, with the migration they stand at, and nothing that dbt builds.
"""

import datetime as dt
import gzip
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
SENT_BY = dt.date(2023, 10, 31)
AS_OF = dt.datetime(2023, 10, 31, 6, 0, tzinfo=dt.UTC)
SCHEMAS = ("audit", "quarantine", "raw", "restricted")
LARGEST = 300_000


def dump_of(version: str) -> Path:
    return HERE / f"warehouse_{version}.sql.gz"


def load(files: Path, as_of: dt.datetime) -> int:
    """Load what lies in the senders' folders by the functions the DAGs call; return the sequence to build."""
    from assure import demonstration
    from loaders import load as loading
    from loaders.senders.provider import load_providers

    for name in load_providers():
        # Not every sender has sent something by then.
        (files / name).mkdir(exist_ok=True)
    with demonstration.served(files):
        for provider in load_providers().values():
            loading.load_sender(provider, as_of)
        loading.refresh_reference(as_of)
        return loading.accept_wave(as_of)


def main(version: str) -> None:
    """Load the made-up region's first months into a warehouse of its own and dump it."""
    from demo.region import write
    from warehouse import bootstrap, connection, server

    with tempfile.TemporaryDirectory() as folder:
        os.environ["ASSURE_STATE"] = folder
        for name in ("ASSURE_DATABASE_URL", "ASSURE_MASTER_KEY"):
            os.environ.pop(name, None)
        server.start(Path(folder), durable=False)
        try:
            bootstrap.bootstrap()
            files = Path(folder) / "region"
            write(files, sent_by=SENT_BY)
            load(files, AS_OF)
            target = connection.admin_url()
            # Keys belong to kept files, which a dump does not hold.
            told = subprocess.run(
                [
                    server.locate_binaries() / "pg_dump",
                    *("--no-privileges", "--exclude-table-data=audit.keep_keys"),
                    *(f"--schema={schema}" for schema in SCHEMAS),
                    *("--host", target.host, "--port", str(target.port), "--username", target.username),
                    target.database,
                ],
                env={**os.environ, "PGPASSWORD": target.password or ""},
                capture_output=True,
                check=True,
            )
        finally:
            server.erase(Path(folder))
    path = dump_of(version)
    path.write_bytes(gzip.compress(told.stdout, 9, mtime=0))
    sys.stdout.write(f"{path.name}: {path.stat().st_size} bytes\n")
    if path.stat().st_size > LARGEST:
        raise SystemExit(f"{path.name} is larger than {LARGEST} bytes: dump fewer months")


if __name__ == "__main__":
    main(*sys.argv[1:])
