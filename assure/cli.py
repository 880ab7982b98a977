"""The `assure` command: run any step of the pipeline by hand, and ask what became of it."""

import csv
import logging
import os
import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from assure import editions, senders
from assure.options import AsOf, Because, Role, chosen, moment_of, quarter_of_name
from assure.screen import (
    BAD_DATA,
    BROKEN,
    WRONG_USE,
    AsJson,
    Voice,
    WithFacts,
    log_format,
    show,
    show_standing,
    told,
    wants_everything,
)
from warehouse.periods import LONDON, last_ended_quarter, period_named

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Show whether people with lived experience influence services: load what is sent, build the marts, report."
    "\n\nTry it: `assure demo`. Then, each night: `assure load`, `assure build`; each quarter: `assure report`.",
    epilog="Exit codes: 0 done · 1 bad data or nothing to do it with · 2 wrong use · 3 a service or our code failed.",
)
RUN, ADD, LOOK, MEND, KEEP = "Run it", "Add a sender", "Look at it", "Mend it", "Keep it current"
say = Voice()


def main() -> None:
    """Run the command; whatever fails ends as one line and an exit code, and with ASSURE_DEBUG=1 as a traceback too."""
    senders.speak_any_text()
    _log_to_stderr(os.environ.get("ASSURE_LOG", "WARNING"))
    try:
        app()
    except Exception as error:
        if wants_everything():
            traceback.print_exc()
        message, code = told(error)
        say.print(f"assure: {message}")
        raise SystemExit(code) from None


def _log_to_stderr(level: str) -> None:
    logging.basicConfig(level=level)
    try:
        formatter = AsJson() if log_format() == "json" else WithFacts("%(levelname)s %(name)s %(message)s")
    except ValueError as error:
        say.print(f"assure: {error}")
        raise SystemExit(WRONG_USE) from None
    for handler in logging.getLogger().handlers:
        handler.setFormatter(formatter)
        handler.setLevel(level)  # a library that sets its own logger's level is heard no more than others


def _print_version(wanted: bool) -> None:
    if wanted:
        from warehouse.build import code_version

        print(f"assure {code_version()}")
        raise typer.Exit


@app.callback()
def _everywhere(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    pass


@app.command(rich_help_panel=RUN, epilog="Example: assure demo --fresh")
def demo(
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget an earlier demo first.")] = False,
) -> None:
    """Load the made-up region, build the warehouse and publish its report, through Airflow, on this machine only."""
    from assure.demonstration import run

    run(say, fresh=fresh)


@app.command(rich_help_panel=RUN, epilog="Example: assure bootstrap")
def bootstrap() -> None:
    """Make or update the warehouse: database, roles, schemas, tables, grants. Safe to run again."""
    from warehouse.bootstrap import bootstrap as make

    make()
    say.print("The warehouse is ready.")


@app.command(rich_help_panel=RUN, epilog="Example: assure load zw1 --period 2024-03")
def load(
    senders: Annotated[
        list[str] | None, typer.Argument(help="Codes of provider files; all when none is given.")
    ] = None,
    period: Annotated[
        str | None, typer.Option("--period", help="Backfill: only files about this month (2024-03) or quarter.")
    ] = None,
    as_of: AsOf = None,
) -> None:
    """Fetch, land and judge what senders sent. What a build makes of it: `assure build`."""
    from loaders import load as loading
    from loaders.replies import gathering

    try:
        only = period_named(period) if period else None
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    moment, failed = moment_of(as_of), False
    for provider in chosen(senders):
        with say.status(f"{provider.code}: fetching, landing, judging"):
            try:
                fetched = loading.load_sender(provider, moment, only)
            except Exception as error:  # one sender's fault is nobody else's
                say.print(f"{provider.code}: {told(error)[0]}")
                failed = True
                continue
        say.print(f"{provider.code}: {len(fetched.load_ids)} new files")
        for path in fetched.unexpected:
            say.print(f"{provider.code}: no feed expects a file of this name, not fetched: {path}; mend files:")
        for path in fetched.incomplete:
            say.print(f"{provider.code}: waits at the door for the files that together: names: {path}")
        for path in fetched.without_agreement:
            say.print(f"{provider.code}: no agreement in force, not fetched: {path}; renew it under agreements:")
        print(gathering.write(provider))
    if failed:
        raise typer.Exit(BROKEN)


@app.command(rich_help_panel=RUN, epilog="Example: assure build --quarter 2026-27-Q1 --as-of 2026-07-29")
def build(
    quarter: Annotated[
        str | None, typer.Option("--quarter", help="Report quarter; default: the last one ended.")
    ] = None,
    as_of: AsOf = None,
) -> None:
    """Let the wave of judged loads in, build the marts beside the old ones, test them and swap them in."""
    from loaders import load as loading
    from loaders.onboarding.check import remember_accepted
    from warehouse import build as building

    moment = moment_of(as_of)
    quarter = quarter_of_name(quarter) if quarter else last_ended_quarter(moment)
    with say.status("Great Expectations judges the wave"):
        loading.refresh_reference(moment)
        sequence = loading.accept_wave(moment)
        remember_accepted(chosen(None), moment)
    with say.status(f"dbt builds and tests everything up to sequence {sequence}"):
        build_id = building.build(sequence, moment, quarter)
    building.swap(build_id)
    say.print(f"Build {build_id} speaks for {quarter}, sequence {sequence}.")


@app.command(
    rich_help_panel=RUN,
    epilog='Example: assure report --quarter 2026-27-Q1 --sign-off "director of quality" --out reports/',
)
def report(
    quarter: Annotated[
        str, typer.Option("--quarter", help="Financial quarter, such as 2026-27-Q1 (April to June 2026).")
    ],
    out: Annotated[
        str | None,
        typer.Option(
            "--out", help="A file for the page (or --face), or a folder (one that exists or ends in /) for every face."
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every face, in a folder named after the edition.")] = False,
    face: Annotated[
        str | None, typer.Option("--face", help="One face by its name, such as evidence-pack.xlsx or figures.csv.")
    ] = None,
    icb: Annotated[str | None, typer.Option("--icb", help="ICB, where there are several.")] = None,
    sign_off: Annotated[
        str | None, typer.Option("--sign-off", help="Sign off and publish in the name of this role.")
    ] = None,
    as_of: AsOf = None,
) -> None:
    """Draft a quarter's report from the marts as they stand, or give the edition that exists; sign it off if asked."""
    from assure.handing_out import Wish, hand_out
    from report import publication

    moment, quarter, wish = moment_of(as_of), quarter_of_name(quarter), Wish(out, face, every)
    by_role = None if sign_off is None else editions.printable_role(sign_off)
    codes = publication.icbs()
    if icb:
        if icb not in codes:
            raise typer.BadParameter(f"no sender belongs to {icb}; there are {', '.join(codes) or 'none yet'}")
        codes = [icb]
    if not codes:
        say.print("assure: there is nothing to report on yet; run: assure load, then assure build")
        raise typer.Exit(BAD_DATA)
    if wish.names_one_file and len(codes) > 1:
        raise typer.BadParameter(
            f"--out names one file, and there are {len(codes)} ICBs; name a folder, or one by --icb"
        )
    for code in codes:
        with say.status(f"Drafting the report of {code} for {quarter}"):
            edition_id = publication.draft(quarter, code, moment)
            if by_role:
                publication.sign_off(edition_id, by_role, moment)
                publication.publish_what_is_signed_off(moment)
            paths = hand_out(edition_id, wish)
        for path in paths:
            print(path)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise typer.BadParameter(f"cannot write {path}: {error.strerror}") from None


@app.command(rich_help_panel=RUN, epilog="Example: assure airflow")
def airflow() -> None:
    """Start Airflow's scheduler and web page on this set-up, on 127.0.0.1, until Ctrl-C."""
    from assure import airflow as running
    from warehouse.bootstrap import bootstrap as make
    from warehouse.paths import state

    make()
    running.prepare()
    running.migrate()
    say.print(f"Airflow starts; the password of its page: {state() / 'airflow' / 'web-passwords.json'}")
    raise typer.Exit(running.standalone())


@app.command(rich_help_panel=RUN, epilog="Example: assure site --out /srv/assurance")
def site(
    out: Annotated[
        Path | None,
        typer.Option("--out", help="The folder to be served. Default: ASSURE_SITE_FOLDER, or `site` of the state."),
    ] = None,
    with_drafts: Annotated[
        bool, typer.Option("--with-drafts", help="Show unpublished editions too; needs an --out of its own.")
    ] = False,
) -> None:
    """Write the static site: editions and their files, documents, coverage, the models, what the gate asks."""
    from assure import placing
    from assure import site as writing

    served = Path(os.path.abspath(writing.folder()))
    if with_drafts and (out is None or Path(os.path.abspath(out)).is_relative_to(served)):
        raise typer.BadParameter(f"drafts are not for {served}, which is served; name another folder by --out")
    try:
        with say.status("The site"):
            print(writing.write(out or writing.folder(), with_drafts=with_drafts))
    except placing.NotOurs as error:
        raise typer.BadParameter(str(error)) from None


@app.command(rich_help_panel=RUN, epilog="Example: assure stop")
def stop() -> None:
    """Stop the embedded Postgres of this checkout; any command that needs it starts it again."""
    from warehouse import server
    from warehouse.paths import state

    server.stop(state())


@app.command(rich_help_panel=LOOK, epilog="Example: assure status zw1")
def status(
    sender: Annotated[str | None, typer.Argument(help="Only this sender.")] = None,
    page: Annotated[
        Path | None, typer.Option("--page", help="Write it as a web page without names of files or numbers of rows.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    digest: Annotated[
        bool, typer.Option("--digest", help="Print this morning's message, without the red runs: Airflow knows those.")
    ] = False,
    as_of: AsOf = None,
) -> None:
    """Show what arrived, what is late, set aside, held or refused, what failed, and when the marts were built."""
    from loaders.status import page as pages
    from loaders.status.digest import of_the_morning
    from loaders.status.reading import read

    standing = read(moment_of(as_of), chosen([sender] if sender else None), sender)
    if page:
        _write(page, pages.page(standing).encode())
        print(page)
    elif as_json:
        print(pages.as_json(standing))
    elif digest:
        message = of_the_morning(standing)
        print(message.text if message else "There is nothing to tell this morning.", end="" if message else "\n")
        say.print("assure: runs that ended red are not in this; Airflow's page shows them")
    else:
        show_standing(standing)


app.add_typer(editions.app, name="edition", rich_help_panel=RUN)
app.command(
    "new-provider",
    rich_help_panel=ADD,
    epilog="Example: assure new-provider --sample incidents_2026-06.csv --code zx1 --record incident --yes",
)(senders.new_provider)
app.command(rich_help_panel=ADD, epilog="Example: assure check incidents_2026-06.csv --provider zw1")(senders.check)
app.command(rich_help_panel=ADD, epilog="Example: assure template minimal --for zx1 zx1_20260630.xlsx")(
    senders.template
)
app.command(rich_help_panel=LOOK, epilog='Example: assure reply zw1 --told "data manager"')(senders.reply)


@app.command(
    rich_help_panel=LOOK, epilog='Example: assure sql "select outcome, count(*) from marts.fct_inputs group by 1" --csv'
)
def sql(
    question: Annotated[str, typer.Argument(help='Such as "select * from marts.fct_inputs limit 5".')],
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """Ask the warehouse as the analyst role: marts and published, read only."""
    import psycopg2

    from warehouse.connection import connect

    with connect("analyst") as connection, connection.cursor() as cursor:
        try:
            cursor.execute(question)
            heads = [column.name for column in cursor.description or ()]
            found = cursor.fetchall() if heads else []
        except psycopg2.Error as error:
            say.print(f"assure: {error.diag.message_primary or type(error).__name__}")
            raise typer.Exit(WRONG_USE) from None
    if as_csv:
        csv.writer(sys.stdout).writerows([heads, *found])
        return
    show(heads, found)


@app.command(rich_help_panel=LOOK, epilog='Example: psql "$(assure address)"')
def address(
    role: Annotated[str, typer.Argument(help="Which role opens it: analyst, reviewer, reporter, …")] = "analyst",
    pbids: Annotated[
        Path | None, typer.Option("--pbids", help="Write a data source file for Power BI, without the password.")
    ] = None,
    odbc: Annotated[bool, typer.Option("--odbc", help="Print it for ODBC (Excel), without the password.")] = False,
) -> None:
    """Print the connection string of a role, password included, for psql and DBeaver; or one for Power BI or Excel."""
    from assure import connections
    from warehouse.connection import url
    from warehouse.grants import roles

    if role not in roles():
        raise typer.BadParameter(f"there is no role '{role}'; choose one of {', '.join(roles())}")
    if pbids and odbc:
        raise typer.BadParameter("--pbids writes a file and --odbc prints a line; ask for one of them")
    if pbids:
        try:
            pbids.write_text(connections.power_bi(url(role)), encoding="utf-8")
        except OSError as error:
            raise typer.BadParameter(f"cannot write {pbids}: {error.strerror}") from None
        say.print(f"{pbids}: open it in Power BI; it asks for user {role} and the password that assure address prints.")
        return
    if odbc:
        print(connections.odbc(url(role)))
        return
    print(url(role).set(drivername="postgresql").render_as_string(hide_password=False))


@app.command(rich_help_panel=LOOK, epilog="Example: assure spc tests/data/spc/spc_points_expected.csv --csv")
def spc(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Long CSV: series_id, idx, x, y, rebase_here.")
    ],
    options: Annotated[
        Path | None, typer.Option("--options", help="By default spc_series.csv beside the file.")
    ] = None,
    rules: Annotated[
        str | None,
        typer.Option("--rules", help="By default those of the report's charts; a wrong name tells which there are."),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """Judge any long series file by the warehouse's own SPC SQL: mean, limits, special causes, one line per row."""
    from warehouse import spc as charts
    from warehouse.connection import connect

    if rules is not None and rules not in charts.rule_sets():
        raise typer.BadParameter(f"there are no rules '{rules}'; choose one of {', '.join(charts.rule_sets())}")
    series = charts.read_series(file, options)
    for note in series.notes:
        say.print(note)
    with connect("analyst") as connection:
        connection.set_session(readonly=False)  # temporary tables only: the role may write nowhere else
        judged = charts.compute(connection, series.points, series.options, rules)
        connection.rollback()
    if as_csv:
        charts.write_csv(judged, sys.stdout)
        return
    show(charts.COLUMNS, ([row[name] for name in charts.COLUMNS] for row in judged))


@app.command(
    rich_help_panel=MEND,
    epilog='Example: assure release 42 --because "the ward was closed in June" --role "data manager"',
)
def release(load_id: int, because: Because, role: Role = "data manager", as_of: AsOf = None) -> None:
    """Let a held load into the next build, in the name of a role."""
    from warehouse import ledger
    from warehouse.connection import connect

    with connect("loader") as connection:
        ledger.release(connection, load_id, role, because, moment_of(as_of))
    say.print(f"Load {load_id} joins the next build: assure build")


@app.command(
    rich_help_panel=MEND, epilog='Example: assure withdraw 42 --because "sent by mistake" --role "data manager"'
)
def withdraw(load_id: int, because: Because, role: Role = "data manager", as_of: AsOf = None) -> None:
    """Stop a load's rows from counting; the version they replaced counts again after the next build."""
    from warehouse import ledger
    from warehouse.connection import connect

    with connect("loader") as connection:
        ledger.withdraw(connection, load_id, role, because, moment_of(as_of))
    say.print(f"Load {load_id} no longer counts from the next build on: assure build")


@app.command(rich_help_panel=MEND, epilog="Example: assure reread zw1")
def reread(sender: str, as_of: AsOf = None) -> None:
    """Read a sender's kept files again, after its mapping or a contract was mended."""
    from loaders import load as loading
    from loaders import registering

    provider, moment = chosen([sender])[0], moment_of(as_of)
    registered = registering.reread(provider, moment)
    loading.land(provider, moment)
    loading.judge(provider, moment)
    say.print(f"{sender}: {len(registered)} files read anew; assure build lets them in")


@app.command(rich_help_panel=MEND, epilog='Example: assure words --approve --role "lived experience lead"')
def words(
    approve: Annotated[bool, typer.Option("--approve", help="Record that a second person has read them all.")] = False,
    role: Role = "",
    sender: Annotated[str | None, typer.Option("--sender", help="Only this sender's words.")] = None,
    as_of: AsOf = None,
) -> None:
    """List public words no second person has checked, or record that they were: unchecked words are not printed."""
    from loaders import public_words

    if approve and not role:
        raise typer.BadParameter('say in which role they were read: --role "lived experience lead"')
    waiting = public_words.unchecked(sender)
    if not approve:
        for code, record, column, count in public_words.counted(waiting):
            print(f"{code} {record}.{column}: {count} not yet checked")
        return
    print(f"{public_words.approve(waiting, role, moment_of(as_of).astimezone(LONDON).date())} recorded as checked")


@app.command(rich_help_panel=KEEP, epilog="Example: assure generate --check")
def generate(
    check: Annotated[bool, typer.Option("--check", help="Only say which generated files are stale.")] = False,
) -> None:
    """Write the generated files anew: dbt sources, dictionary, rulebook, pages of measures and marts, workbooks."""
    from expectations.generate import generate as write

    stale = write(check)
    for path in stale:
        print(path)
    if check and stale:
        say.print("These generated files are stale; run: assure generate")
        raise typer.Exit(BAD_DATA)


@app.command(rich_help_panel=KEEP, epilog="Example: assure bench --rows 1000000")
def bench(
    rows: Annotated[int, typer.Option("--rows", min=1, help="How many rows to load.")] = 100_000,
    points: Annotated[int, typer.Option("--points", min=1, help="How many points of SPC series to judge.")] = 100_000,
) -> None:
    """Measure loading, SPC, building and reporting on this machine; nothing of it stays."""
    from assure import bench as measuring

    show(measuring.HEADS, measuring.run(say, rows, points))


if __name__ == "__main__":
    main()
