"""Set Airflow up inside the state folder, and run DAGs in this process or under the real scheduler."""

import contextlib
import datetime as dt
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import warnings
from pathlib import Path

import psutil

from assure.screen import log_format
from warehouse.bootstrap import create_airflow_database
from warehouse.paths import ROOT, secret, state

WEB_PORT = 8080
SECONDS_TO_END = 15


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
        # A new provider file is a new DAG; nobody should have to know that it must be switched on.
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__FERNET_KEY": secret(home / "fernet-key", _fernet_key),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "web-passwords.json"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": create_airflow_database().replace(
            "postgresql://", "postgresql+psycopg2://"
        ),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API_AUTH__JWT_SECRET": secret(home / "jwt-secret", lambda: secrets.token_urlsafe(64)),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "AIRFLOW__LOGGING__JSON_LOGS": str(log_format() == "json"),
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        # The scheduler is up before the server its tasks ask; the defaults, five seconds and five tries, are over after
        # ten seconds and on a busy machine fail a start's first tasks.
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
        "AIRFLOW__WORKERS__EXECUTION_API_RETRIES": "10",
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


def run(dag_id: str, as_of: dt.datetime, failures: dict[str, BaseException] | None = None) -> str:
    """Run a DAG to its end in this process, as `airflow dags test` does, and return the run's state.

    Nobody waits here for a service to come back in the night: a task that fails has failed. `failures` is given the
    error of each, by task: no log of Airflow's keeps it.
    """
    failures = {} if failures is None else failures
    dag = _bag().dags[dag_id]
    for task in dag.tasks:
        task.retries = 0
        task.on_failure_callback = [lambda context, name=task.task_id: failures.update({name: context["exception"]})]
    # Its own parts speak to each other through a client that wants to be told of its successor.
    warnings.filterwarnings("ignore", message="Using `httpx` with")
    finished = dag.test(run_conf={"as_of": as_of.isoformat()}, use_executor=False)
    return str(finished.state.value)


def address() -> str:
    """Choose where the web page will be, tell every part, and return it: the default port or, if taken, a free one."""
    os.environ.setdefault("AIRFLOW__API__PORT", str(_free_port(WEB_PORT)))
    # Tasks speak to the web server too, and the helpers that show logs would trip over a second Airflow.
    os.environ.setdefault("AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT", str(_free_port()))
    os.environ.setdefault("AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT", str(_free_port()))
    found = f"http://127.0.0.1:{os.environ['AIRFLOW__API__PORT']}"
    os.environ.setdefault("AIRFLOW__API__BASE_URL", found)
    os.environ.setdefault("AIRFLOW__CORE__EXECUTION_API_SERVER_URL", f"{found}/execution/")
    return found


def standalone() -> int:
    """Run the scheduler, its helpers and the web page until interrupted or ended; return the exit code."""
    print(f"Airflow's web page will be at {address()}, user admin", file=sys.stderr, flush=True)
    signal.signal(signal.SIGTERM, _interrupt)
    # Airflow starts its parts by name, and the environment need not be activated.
    path = os.pathsep.join([str(Path(_executable()).parent), os.environ.get("PATH", os.defpath)])
    # What it says, above all that it is ready, reaches a log as soon as a terminal.
    settings = os.environ | {"PATH": path, "PYTHONUNBUFFERED": "1"}
    child = subprocess.Popen([_executable(), "standalone"], start_new_session=True, env=settings)
    try:
        return child.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        _end_session(child)


def _interrupt(*_) -> None:
    raise KeyboardInterrupt


def _end_session(leader: subprocess.Popen) -> None:
    """End everything that descends from `leader`: Airflow's children outlive it, and each task leads its own group."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for how, seconds in ((signal.SIGTERM, SECONDS_TO_END), (signal.SIGKILL, SECONDS_TO_END)):
        until = time.monotonic() + seconds
        for process in _session(leader.pid):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(how)
        while time.monotonic() < until:
            leader.poll()
            if not _session(leader.pid):
                return
            time.sleep(0.1)


def _session(leader: int) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, PermissionError, psutil.NoSuchProcess):
            if os.getsid(process.pid) == leader and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def _free_port(wanted: int = 0) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return _free_port()
        return probe.getsockname()[1]


def _bag():
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
    if bag.import_errors:
        raise RuntimeError("; ".join(f"{path}: {error}" for path, error in bag.import_errors.items()))
    return bag


def _executable() -> str:
    return str(Path(sys.executable).with_name("airflow"))


def _fernet_key() -> str:
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode()
