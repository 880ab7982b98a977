"""The commands about one edition: see where it stands, share it, enter what people say of it, lead it to its end."""

import csv
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer

from assure.options import AsOf, moment_of
from assure.screen import BAD_DATA, Voice, show

app = typer.Typer(
    no_args_is_help=True,
    help="See where an edition stands, share it, enter comments and asks, sign it off, correct or withdraw it.",
)
say = Voice()
THEN_THE_SITE = "People read the site as it was before, until it is written anew: assure site"

Edition = Annotated[str, typer.Argument(metavar="EDITION", help="Such as 2026-27-Q1/ZWL/1; see: assure edition list")]
Role = Annotated[str, typer.Option("--role", help="In which role, never a name; it is printed.")]
Text = Annotated[str | None, typer.Argument(metavar="[TEXT]", help="The words, printed as they are.")]
FromFile = Annotated[
    Path | None, typer.Option("--file", exists=True, dir_okay=False, help="A text file that holds the words instead.")
]
Party = Annotated[str, typer.Option("--from", help="Who answers: network, or the code of an organisation.")]
Reason = Annotated[str, typer.Option("--because", help="Why, in a sentence that readers are shown.")]


@app.command("list", epilog="Example: assure edition list --icb ZWL")
def list_editions(icb: Annotated[str | None, typer.Option("--icb", help="Only this ICB's.")] = None) -> None:
    """List the editions there are, with their state and days."""
    from warehouse import editions
    from warehouse.connection import connect

    with connect("transformer") as connection:
        found = editions.every(connection, icb)
    heads = ("edition_id", "state", "data_cut_at", "shared_for_comment_on", "comment_closes_on", "signed_off_by_role")
    heads += ("signed_off_on", "published_on")
    show(
        ("edition", "state", "as known at", "shared", "comments close", "signed off by", "signed off", "published"),
        ([one[name] for name in heads] for one in found),
    )


@app.command("show", epilog="Example: assure edition show 2026-27-Q1/ZWL/1")
def show_edition(
    edition_id: Edition,
    figures: Annotated[
        bool, typer.Option("--figures", help="Print the hash that each figure was sealed with, as CSV, and no more.")
    ] = False,
) -> None:
    """Show who did what to an edition when, its faces with their hashes, and whether its rows are as they were frozen.

    Exit code 1 when a row is not what was frozen.
    """
    from warehouse import edition_entries, editions
    from warehouse.connection import connect

    with connect("transformer") as connection:
        edition = editions.find(connection, edition_id)
        if figures:
            rows = [("figure_id", "row_sha256"), *editions.digests(connection, edition_id)]
            csv.writer(sys.stdout, lineterminator="\n").writerows(rows)
            return
        steps = editions.steps(connection, edition_id)
        entries = edition_entries.entries(connection, edition_id)
        faces = editions.stored_faces(connection, edition_id)
        touched = editions.touched(connection, edition_id)
        waiting = editions.unanswered(connection, edition_id) if edition["shared_for_comment_on"] else []
    for name, value in (
        ("edition", edition_id),
        ("state", edition["state"].replace("_", " ")),
        ("figures as known at", edition["data_cut_at"]),
        ("ledger's sequence", edition["accepted_through"]),
        ("code", edition["code_version"]),
        ("comments close on", edition["comment_closes_on"]),
        ("not answered yet", ", ".join(waiting)),
        ("sealed with SHA-256", edition["rows_sha256"]),
    ):
        if value not in (None, ""):
            print(f"{name}: {value}")
    done = [
        (one["taken_at"], one["by_role"], one["state"].replace("_", " "), "; ".join(filter(None, _reasons(one))))
        for one in steps
    ] + [(one["entered_at"], one["by_role"], _told(one), one["words"] or "") for one in entries]
    show(("when", "by", "what", "words"), sorted(done, key=lambda line: line[0]))
    show(("state", "entries through", "face", "sha256"), faces)
    for line in touched:
        print(line)
    if touched:
        say.print(f"assure: {edition_id} is not what was frozen; restore audit.edition_rows from a backup")
        raise typer.Exit(BAD_DATA)
    print("Every row is as it was frozen.")


def _reasons(step: dict) -> tuple[str | None, str | None]:
    return step["was_wrong"], step["because"]


def _told(entry: dict) -> str:
    about = entry["party"] or entry["answers_to"]
    taken_back = "" if entry["is_standing"] or entry["kind"] == "taken_back" else ", taken back"
    return f"{entry['entry_id']} {entry['kind'].replace('_', ' ')}{f' {about}' if about else ''}{taken_back}"


@app.command(epilog='Example: assure edition share 2026-27-Q1/ZWL/1 --role "assurance lead"')
def share(edition_id: Edition, role: Role, as_of: AsOf = None) -> None:
    """Share a draft with providers, for accuracy, and the network, for comment: the same draft in the same hour."""
    from report import publication

    edition = publication.share(edition_id, printable_role(role), moment_of(as_of))
    print(f"{edition_id} is with providers and the network until {edition['comment_closes_on']}; send them its faces")


@app.command(epilog='Example: assure edition comment 2026-27-Q1/ZWL/1 "The letters are better." --role "network lead"')
def comment(
    edition_id: Edition,
    role: Role,
    text: Text = None,
    file: FromFile = None,
    nothing_to_add: Annotated[bool, typer.Option("--nothing-to-add", help="They read it and add nothing.")] = False,
    party: Party = "network",
    as_of: AsOf = None,
) -> None:
    """Enter what the network, or a provider, says of the draft it was sent; it is printed as it is."""
    from warehouse import edition_entries

    if nothing_to_add and (text or file):
        raise typer.BadParameter("either there are words, or there is nothing to add")
    kind, words = ("nothing_to_add", "") if nothing_to_add else ("comment", _words(text, file))
    _enter(edition_entries.answer, edition_id, _party(party), printable_role(role), moment_of(as_of), kind, words)


@app.command(epilog='Example: assure edition decline 2026-27-Q1/ZWL/1 --role "network lead"')
def decline(edition_id: Edition, role: Role, party: Party = "network", as_of: AsOf = None) -> None:
    """Enter that the network, or a provider, declines to comment; it is printed that they do."""
    from warehouse import edition_entries

    _enter(edition_entries.answer, edition_id, _party(party), printable_role(role), moment_of(as_of), "declined")


@app.command(epilog='Example: assure edition reply 2026-27-Q1/ZWL/1 12 "We will ask them." --role "head of quality"')
def reply(
    edition_id: Edition,
    to: Annotated[str, typer.Argument(metavar="COMMENT", help="Number of the entry, or SENDER/ID of a register's.")],
    role: Role,
    text: Text = None,
    file: FromFile = None,
    as_of: AsOf = None,
) -> None:
    """Reply to a comment that the edition prints; of several replies the newest is printed."""
    from warehouse import edition_entries

    _enter(edition_entries.reply, edition_id, to, _words(text, file), printable_role(role), moment_of(as_of))


@app.command(epilog='Example: assure edition enter 2026-27-Q1/ZWL/1 ask "Fund the crisis café." --role "chief nurse"')
def enter(
    edition_id: Edition,
    kind: Annotated[Literal["opinion", "sponsor", "ask"], typer.Argument(help="What is entered.")],
    role: Role,
    text: Text = None,
    file: FromFile = None,
    as_of: AsOf = None,
) -> None:
    """Enter an opinion on the edition, its sponsor, or something the committee is asked to decide."""
    from warehouse import edition_entries

    _enter(edition_entries.enter, edition_id, kind, _words(text, file), printable_role(role), moment_of(as_of))


@app.command(
    "take-back",
    epilog='Example: assure edition take-back 2026-27-Q1/ZWL/1 12 --because "wrong edition" --role "network lead"',
)
def take_back(edition_id: Edition, entry: int, because: Reason, role: Role, as_of: AsOf = None) -> None:
    """Take an entry back: it is printed no longer, and the record keeps it with the reason."""
    from warehouse import edition_entries
    from warehouse.connection import connect

    with connect("transformer") as connection:
        edition_entries.take_back(
            connection, edition_id, entry, _public(because), printable_role(role), moment_of(as_of)
        )
    print(f"Entry {entry} of {edition_id} is printed no longer")


@app.command("sign-off", epilog='Example: assure edition sign-off 2026-27-Q1/ZWL/1 --role "director of quality"')
def sign_off(edition_id: Edition, role: Role, as_of: AsOf = None) -> None:
    """Sign an edition off. One that was shared waits for all answers, or for the last day; one that was not says so."""
    from report import publication

    publication.sign_off(edition_id, printable_role(role), moment_of(as_of))
    print(f"{edition_id} is signed off; next: assure edition publish {edition_id}")


@app.command(epilog='Example: assure edition publish 2026-27-Q1/ZWL/1 --role "assurance lead"')
def publish(edition_id: Edition, role: Role, as_of: AsOf = None) -> None:
    """Publish an edition that was signed off: from then on it is served as it was stored."""
    from report import publication

    publication.publish(edition_id, moment_of(as_of), printable_role(role))
    print(f"{edition_id} is published")
    say.print(THEN_THE_SITE)


@app.command(
    epilog='Example: assure edition correct 2026-27-Q1/ZWL/1 --wrong "One trust\'s complaints were counted twice."'
    ' --because "Its June file was sent under two names." --role "head of data"'
)
def correct(
    edition_id: Edition,
    wrong: Annotated[str, typer.Option("--wrong", help="What was wrong, in a sentence that readers are shown.")],
    because: Reason,
    role: Role,
    as_of: AsOf = None,
) -> None:
    """Correct a published edition by a next one, drafted from the marts of today; both say what was wrong and why."""
    from report import publication

    moment = moment_of(as_of)
    corrected_by = publication.correct(edition_id, _public(wrong), _public(because), printable_role(role), moment)
    print(f"{edition_id} is corrected by {corrected_by}, a draft")
    say.print(THEN_THE_SITE)


@app.command(
    epilog='Example: assure edition withdraw 2026-27-Q1/ZWL/1 --because "A trust sent last year\'s file."'
    ' --role "head of data"'
)
def withdraw(edition_id: Edition, because: Reason, role: Role, as_of: AsOf = None) -> None:
    """Withdraw an edition: it stays readable and says first that nobody should rely on it, and why."""
    from report import publication

    publication.withdraw(edition_id, _public(because), printable_role(role), moment_of(as_of))
    print(f"{edition_id} is withdrawn")
    say.print(THEN_THE_SITE)


def _enter(entered: Callable[..., int], edition_id: str, *said: object) -> None:
    from warehouse.connection import connect

    with connect("transformer") as connection:
        entry = entered(connection, edition_id, *said)
    print(f"Entry {entry} of {edition_id}")


def _party(party: str) -> str:
    return party.lower() if party.lower() == "network" else party.upper()


def _words(text: str | None, file: Path | None) -> str:
    if (text is None) == (file is None):
        raise typer.BadParameter("give the words, or a file that holds them: --file FILE")
    return _public(text if file is None else file.read_text(encoding="utf-8-sig"))


def printable_role(role: str) -> str:
    """Return a role that may be printed. It is refused where it is empty, or could say who somebody is."""
    if not role.strip():
        raise typer.BadParameter('say in which role: --role "head of quality"')
    return _public(role)


def _public(words: str) -> str:
    """Return words that may be printed. They are refused, as a register's are, where they could say who somebody is."""
    from loaders.identifiers import holds_identifier

    if holds_identifier(words):
        raise typer.BadParameter(
            "the words hold what could identify a person (NHS number, postcode, e-mail address or telephone number);"
            " write them without it"
        )
    return words
