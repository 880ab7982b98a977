"""Set Airflow up inside the state folder, and run DAGs in this process or under the real scheduler."""

import contextlib
import datetime as dt
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

from warehouse.bootstrap import create_airflow_database
from warehouse.paths import ROOT, state


def prepare() -> None:
    """Point Airflow at this checkout and its own database; must run before anything imports airflow."""
    home = state() / "airflow"
    home.mkdir(exist_ok=True, mode=0o700)
    settings = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DEFAULT_TIMEZONE": "Europe/London",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__FERNET_KEY": _secret(home / "fernet-key", _fernet_key),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "web-passwords.json"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": create_airflow_database().replace("postgresql://", "postgresql+psycopg2://"),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API_AUTH__JWT_SECRET": _secret(home / "jwt-secret", lambda: secrets.token_urlsafe(64)),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        # Folders in a file would otherwise be another place that says where the project is.
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), str(ROOT / "dags"), os.environ.get("PYTHONPATH")])),
        "GX_ANALYTICS_ENABLED": "false",
    }
    for name, value in settings.items():
        os.environ.setdefault(name, value)
    for folder in (str(ROOT), str(ROOT / "dags")):
        if folder not in sys.path:
            sys.path.append(folder)


def migrate() -> None:
    """Bring Airflow's metadata to this version's state; quick when it is."""
    stamp = state() / "airflow" / "migrated"
    from airflow import __version__

    database = os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    if stamp.exists() and stamp.read_text(encoding="utf-8") == f"{__version__} {database}":
        return
    subprocess.run([_executable(), "db", "migrate"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stamp.write_text(f"{__version__} {database}", encoding="utf-8")


def dag_ids() -> list[str]:
    """Return the ids of the DAGs in dags/, as Airflow finds them; raises when a file does not import."""
    return sorted(_bag().dags)


def run(dag_id: str, as_of: dt.datetime) -> str:
    """Run a DAG to its end in this process, as `airflow dags test` does, and return the run's state.

    Nobody waits here for a service to come back in the night: a task that fails has failed.
    """
    dag = _bag().dags[dag_id]
    for task in dag.tasks:
        task.retries = 0
    finished = dag.test(run_conf={"as_of": as_of.isoformat()}, use_executor=False)
    return str(finished.state.value)


def standalone() -> int:
    """Run the scheduler, its helpers and the web page until interrupted; return the exit code."""
    child = subprocess.Popen([_executable(), "standalone"], start_new_session=True)
    try:
        return child.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        # Airflow's own children outlive their parent unless the whole group is told.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGTERM)
        child.wait()


def _bag():
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
    if bag.import_errors:
        raise RuntimeError("; ".join(f"{path}: {error}" for path, error in bag.import_errors.items()))
    return bag


def _executable() -> str:
    return str(Path(sys.executable).with_name("airflow"))


def _secret(path: Path, make) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(make(), encoding="utf-8")
    return path.read_text(encoding="utf-8")


def _fernet_key() -> str:
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode()
