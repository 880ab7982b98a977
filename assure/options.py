"""Options that several commands share, and what is made of the words given for them."""

import datetime as dt
from typing import Annotated

import typer

from warehouse.periods import moment_named, quarter_named

AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="The moment to speak for: a day (2026-07-29) or a moment with zone. Default: now."),
]
Because = Annotated[str, typer.Option("--because", help="Why, in a sentence; it is kept.")]
Role = Annotated[str, typer.Option("--role", help="Your role, never your name.")]


def moment_of(text: str | None) -> dt.datetime:
    """Return the moment that was asked for, now where none was."""
    if text is None:
        return dt.datetime.now(dt.UTC)
    try:
        return moment_named(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def quarter_of_name(name: str) -> str:
    """Return the name of a quarter once it is known to be one."""
    try:
        quarter_named(name)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return name


def chosen(codes: list[str] | None) -> list:
    """Return the senders of these codes, or all of them."""
    from loaders.senders.provider import UnknownSenderError, load_provider_of, load_providers

    if not codes:
        return list(load_providers().values())
    try:
        return [load_provider_of(code) for code in codes]
    except UnknownSenderError as error:
        raise typer.BadParameter(str(error)) from None
