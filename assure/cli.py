"""The `assure` command: run any step of the pipeline by hand, and ask what became of it."""

import csv
import datetime as dt
import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from warehouse.periods import LONDON, last_ended_quarter, quarter_named

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    help="Prove that people with lived experience influence services: load what providers send, build the marts, report.",
    epilog="Exit codes: 0 done · 1 bad data or nothing to do it with · 2 wrong use · 3 a service or our code failed.",
)
say = Console(stderr=True, highlight=False)
BAD_DATA, WRONG_USE, BROKEN = 1, 2, 3

AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="The moment to speak for: a day (2026-07-29) or a moment with zone. Default: now."),
]
Because = Annotated[str, typer.Option("--because", help="Why, in a sentence; it is kept.")]
Role = Annotated[str, typer.Option("--role", help="Your role, never your name.")]


def main() -> None:
    """Run the command and turn what we know can fail into one line and an exit code."""
    from loaders.doors import DoorUnreachable
    from loaders.provider import ProviderFileError
    from warehouse.build import BuildFailed
    from warehouse.editions import EditionError
    from warehouse.ledger import LedgerError
    from warehouse.server import ServerError
    from warehouse.spc import UnreadableSeries

    logging.basicConfig(level=os.environ.get("ASSURE_LOG", "WARNING"), format="%(levelname)s %(name)s %(message)s")
    try:
        app()
    except (ProviderFileError, LedgerError, EditionError, UnreadableSeries) as error:
        say.print(f"[bold]assure:[/] {error}", markup=True)
        raise SystemExit(WRONG_USE) from None
    except (DoorUnreachable, BuildFailed, ServerError) as error:
        say.print(f"[bold]assure:[/] {error}")
        raise SystemExit(BROKEN) from None


@app.command()
def demo(
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget an earlier demo first.")] = False,
) -> None:
    """Load the made-up region, build the warehouse and publish its report, through Airflow, on this machine only."""
    from assure.demonstration import run

    run(say, fresh=fresh)


@app.command()
def bootstrap() -> None:
    """Make or update the warehouse: database, roles, schemas, tables, grants. Safe to run again."""
    from warehouse.bootstrap import bootstrap as make

    make()
    say.print("The warehouse is ready.")


@app.command()
def load(
    senders: Annotated[list[str] | None, typer.Argument(help="Codes of provider files; all when none is given.")] = None,
    as_of: AsOf = None,
) -> None:
    """Fetch, land and judge what senders sent. What a build makes of it: `assure build`."""
    from loaders import load as loading
    from loaders import replies

    moment, failed = _moment(as_of), False
    for provider in _providers(senders):
        with say.status(f"{provider.code}: fetching, landing, judging"):
            try:
                fetched = loading.load_sender(provider, moment)
            except Exception as error:  # one sender's fault is nobody else's
                say.print(f"{provider.code}: {type(error).__name__}: {error}")
                failed = True
                continue
        say.print(f"{provider.code}: {len(fetched.load_ids)} new files")
        for path in fetched.without_agreement:
            say.print(f"{provider.code}: no agreement in force, not fetched: {path}; renew it under agreements:")
        print(replies.write(provider))
    if failed:
        raise typer.Exit(BROKEN)


@app.command()
def build(
    quarter: Annotated[str | None, typer.Option("--quarter", help="Report quarter; default: the last one ended.")] = None,
    as_of: AsOf = None,
) -> None:
    """Let the wave of judged loads in, build the marts beside the old ones, test them and swap them in."""
    from loaders import load as loading
    from warehouse import build as building

    moment = _moment(as_of)
    quarter = _quarter(quarter) if quarter else last_ended_quarter(moment)
    with say.status("Great Expectations judges the wave"):
        loading.refresh_reference(moment)
        sequence = loading.accept_wave(moment)
    with say.status(f"dbt builds and tests everything up to sequence {sequence}"):
        build_id = building.build(sequence, moment, quarter)
    building.swap(build_id)
    say.print(f"Build {build_id} speaks for {quarter}, sequence {sequence}.")


@app.command()
def report(
    quarter: Annotated[str, typer.Option("--quarter", help="Financial quarter, such as 2026-27-Q1 (April to June 2026).")],
    out: Annotated[Path | None, typer.Option("--out", help="Where to write the page.")] = None,
    icb: Annotated[str | None, typer.Option("--icb", help="ICB, where there are several.")] = None,
    sign_off: Annotated[str | None, typer.Option("--sign-off", help="Sign off and publish in the name of this role.")] = None,
    as_of: AsOf = None,
) -> None:
    """Draft a quarter's report from the marts as they stand, or give the edition that exists; optionally sign it off."""
    from report import publication

    moment, quarter = _moment(as_of), _quarter(quarter)
    for code in [icb] if icb else publication.icbs():
        edition_id = publication.draft(quarter, code, moment)
        if sign_off:
            publication.sign_off(edition_id, sign_off, moment)
            publication.publish_what_is_signed_off(moment)
        path = out or Path(f"assurance-report-{edition_id.replace('/', '-')}.html")
        path.write_bytes(publication.content(edition_id))
        print(path)


@app.command()
def words(
    approve: Annotated[bool, typer.Option("--approve", help="Record that a second person has read them all.")] = False,
    role: Role = "",
    sender: Annotated[str | None, typer.Option("--sender", help="Only this sender's words.")] = None,
    as_of: AsOf = None,
) -> None:
    """List public words that no second person has checked, or record that they have been: unchecked words are not printed."""
    from loaders import public_words

    waiting = public_words.unchecked(sender)
    if not approve:
        for code, record, column, count in public_words.counted(waiting):
            print(f"{code} {record}.{column}: {count} not yet checked")
        return
    if not role:
        say.print("Say in which role they were read: --role \"lived experience lead\"")
        raise typer.Exit(WRONG_USE)
    print(f"{public_words.approve(waiting, role, _moment(as_of).astimezone(LONDON).date())} recorded as checked")


@app.command()
def status(sender: Annotated[str | None, typer.Argument(help="Only this sender.")] = None) -> None:
    """Show what arrived, what was refused, held or set aside, and when the marts were built."""
    from loaders import status as standing

    overview = standing.read(sender)
    table = Table("sender", "feed", "accepted", "waiting", "held", "refused", "rows in", "set aside", "last file")
    for row in overview.feeds:
        table.add_row(*map(str, row))
    Console().print(table)
    for line in overview.attention:
        print(line)
    print(overview.build)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The file as the sender would send it.")],
    provider: Annotated[str, typer.Option("--provider", help="Code of the provider file that maps it.")],
    feed: Annotated[str | None, typer.Option("--feed", help="Which feed, when the file's name does not tell.")] = None,
    as_of: AsOf = None,
) -> None:
    """Give the verdict on one file, in seconds, with no database. Exit code 0 accept, 1 hold or refuse."""
    from loaders import replies
    from loaders.check import check as verdict_on

    verdict = verdict_on(file, _providers([provider])[0], _moment(as_of), feed)
    kept = ", ".join(f"{count} {record}" for record, count in sorted(verdict.rows_kept.items()))
    print(f"{verdict.outcome}: feed {verdict.feed}, {verdict.rows_read} rows read; kept {kept or 'nothing'};")
    print(f"  {verdict.rows_set_aside} set aside, {verdict.rows_filtered} are no records by the mapping")
    for line in replies.describe(verdict.findings):
        print(line)
    raise typer.Exit(0 if verdict.outcome == "accept" else BAD_DATA)


@app.command()
def release(load_id: int, because: Because, role: Role = "data manager", as_of: AsOf = None) -> None:
    """Let a held load into the next build, in the name of a role."""
    from warehouse import ledger
    from warehouse.connection import connect

    with connect("loader") as connection:
        ledger.release(connection, load_id, role, because, _moment(as_of))
    say.print(f"Load {load_id} joins the next build: assure build")


@app.command()
def withdraw(load_id: int, because: Because, role: Role = "data manager", as_of: AsOf = None) -> None:
    """Stop a load's rows from counting; the version they replaced counts again after the next build."""
    from warehouse import ledger
    from warehouse.connection import connect

    with connect("loader") as connection:
        ledger.withdraw(connection, load_id, role, because, _moment(as_of))
    say.print(f"Load {load_id} no longer counts from the next build on: assure build")


@app.command()
def reread(sender: str, as_of: AsOf = None) -> None:
    """Read a sender's kept files again, after its mapping or a contract was mended."""
    from loaders import load as loading

    provider, moment = _providers([sender])[0], _moment(as_of)
    registered = loading.reread(provider, moment)
    loading.land(provider, moment)
    loading.judge(provider, moment)
    say.print(f"{sender}: {len(registered)} files read anew; assure build lets them in")


@app.command()
def sql(
    question: Annotated[str, typer.Argument(help='Such as "select * from marts.fct_inputs limit 5".')],
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """Ask the warehouse as the analyst role: marts and published, read only."""
    import psycopg2

    from warehouse.connection import connect

    try:
        with connect("analyst") as connection, connection.cursor() as cursor:
            cursor.execute(question)
            heads = [column.name for column in cursor.description or ()]
            found = cursor.fetchall() if heads else []
    except psycopg2.Error as error:
        say.print(f"assure: {(error.diag.message_primary or type(error).__name__)}", markup=False)
        raise typer.Exit(WRONG_USE) from None
    if as_csv:
        csv.writer(sys.stdout).writerows([heads, *found])
        return
    table = Table(*heads)
    for row in found:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    Console().print(table)


@app.command()
def spc(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Long CSV: series_id, idx, x, y, rebase_here.")],
    options: Annotated[Path | None, typer.Option("--options", help="By default spc_series.csv beside the file.")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """Judge any long series file by the warehouse's own SPC SQL: mean, limits, special causes, one line per row."""
    from warehouse import spc as charts
    from warehouse.connection import connect

    series = charts.read_series(file, options)
    for note in series.notes:
        say.print(note, markup=False)
    with connect("analyst") as connection:
        connection.set_session(readonly=False)  # temporary tables only: the role may write nowhere else
        judged = charts.compute(connection, series.points, series.options)
        connection.rollback()
    if as_csv:
        charts.write_csv(judged, sys.stdout)
        return
    table = Table(*charts.COLUMNS)
    for row in judged:
        table.add_row(*("" if row[name] is None else str(row[name]) for name in charts.COLUMNS))
    Console().print(table)


@app.command()
def generate(
    check: Annotated[bool, typer.Option("--check", help="Only say which generated files are stale.")] = False,
) -> None:
    """Write the generated files anew: dbt sources, data dictionary, rulebook, the workbook small providers fill in."""
    from expectations.generate import generate as write

    stale = write(check)
    for path in stale:
        print(path)
    if check and stale:
        say.print("These generated files are stale; run: assure generate")
        raise typer.Exit(BAD_DATA)


@app.command()
def airflow() -> None:
    """Start Airflow's scheduler and web page on this set-up, on 127.0.0.1, until Ctrl-C."""
    from assure import airflow as running
    from warehouse.bootstrap import bootstrap as make

    make()
    running.prepare()
    running.migrate()
    say.print("Airflow starts; its address is printed below, its password lies in .assure/airflow/web-passwords.json")
    raise typer.Exit(running.standalone())


@app.command()
def stop() -> None:
    """Stop the embedded Postgres of this checkout; any command that needs it starts it again."""
    from warehouse import server
    from warehouse.paths import state

    server.stop(state())


def _moment(text: str | None) -> dt.datetime:
    if text is None:
        return dt.datetime.now(dt.UTC)
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("write a day as 2026-07-29, or a moment as 2026-07-29T07:00+01:00") from None
    if len(text) <= 10:
        moment = moment.replace(hour=6)
    return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)


def _quarter(name: str) -> str:
    try:
        quarter_named(name)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return name


def _providers(codes: list[str] | None):
    from loaders.provider import load_provider, load_providers
    from warehouse.paths import providers

    if not codes:
        return list(load_providers().values())
    for code in codes:
        if not (providers() / f"{code}.yml").exists():
            known = ", ".join(sorted(path.stem for path in providers().glob("*.yml")))
            raise typer.BadParameter(f"there is no providers/{code}.yml; there are {known}")
    return [load_provider(providers() / f"{code}.yml") for code in codes]


if __name__ == "__main__":
    main()
