"""What a provider file says about a door: where it is, how we say who we are, and how an API is asked."""

import datetime as dt
import re
from typing import Literal
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

WEB = ("http", "https")
SCHEMES = ("file", "sftp", *WEB, "s3", "az", "abfs")
"""Closed: fsspec knows others, and chains of them (`filecache::…`) that would lead round every check."""


class ProviderFileError(ValueError):
    """A provider file that cannot be used; the message names file, key and remedy."""


class Closed(BaseModel):
    """A part of a provider file: a key it does not know is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Auth(Closed):
    """How a server is told who asks; the secret itself is the door's credential."""

    kind: Literal["header", "bearer", "basic", "oauth2", "query"]
    name: str | None = None
    """Name of the header or of the query's parameter."""
    prefix: str = ""
    """What stands before the key in the header."""
    token_url: str | None = None
    """Where OAuth2 client credentials are exchanged for a token."""
    scope: str | None = None
    client_in: Literal["header", "body"] = "header"

    @model_validator(mode="after")
    def _says_where(self):
        if (self.kind in ("header", "query")) != (self.name is not None):
            raise ValueError("name: is the header's or the parameter's name; give it with kind: header or query alone")
        if (self.kind == "oauth2") != (self.token_url is not None):
            raise ValueError("token_url: is where a token is had; give it with kind: oauth2 alone")
        if self.token_url is not None:
            check_url(self.token_url)
        return self


class Rest(Closed):
    """How an API is treated, whatever it is asked for."""

    per_second: float = Field(5, gt=0, le=100)
    """Most requests a second."""
    attempts: int = Field(6, ge=1, le=20)
    timeout_seconds: float = Field(60, gt=0, le=600)
    error_texts: tuple[str, ...] = ()
    """What the service writes where an element should be when it has failed; such a page is asked for again."""
    headers: dict[str, str] = {}


class Paging(Closed):
    """How an answer goes on, and how its end is known."""

    style: Literal["offset", "page", "cursor", "link_header"]
    param: str | None = None
    """Parameter that carries the offset, the page's number, or the cursor."""
    size_param: str | None = None
    size: int | None = Field(None, gt=0)
    first: int | None = None
    """First offset (0) or page (1)."""
    next: str | None = None
    """Where in the answer the next cursor stands; without param: it is the next page's address."""
    total: str | None = None
    """Where in the answer the number of all elements stands."""
    ends: Literal["empty", "short", "total"] = "empty"
    most_pages: int = Field(1000, gt=0)

    @model_validator(mode="after")
    def _fits_its_style(self):
        counts = self.style in ("offset", "page")
        if counts and self.param is None:
            raise ValueError(f"param: is missing; name the parameter that carries the {self.style}")
        if (self.style == "cursor") != (self.next is not None):
            raise ValueError("next: says where the next cursor stands; give it with style: cursor alone")
        if self.style == "link_header" and self.param is not None:
            raise ValueError("param: has no meaning with style: link_header; remove it")
        if not counts and (self.first is not None or self.ends != "empty"):
            raise ValueError("first: and ends: belong to style: offset or page; the others say when they end")
        if (self.size_param is not None or self.ends == "short") and self.size is None:
            raise ValueError("size: is missing; say how many elements a full page has")
        if self.ends == "total" and self.total is None:
            raise ValueError("total: is missing; say where in the answer the number of all elements stands")
        return self


class Request(Closed):
    """How an API is asked for one feed; what it answers becomes one file with the name that `files:` gives it."""

    path: str = ""
    params: dict[str, str] = {}
    """Days in path and params: {start}, {end}, {after} of a period; {since} and {until} of a feed of events."""
    rows_at: str = ""
    """Where in the answer the list stands; empty when the answer is the list."""
    paging: Paging | None = None
    expects: str = "application/json"
    whole: bool = False
    """The answer itself is the file, of whatever kind; else its elements are, one to a line."""
    empty_is: Literal["nothing", "nil_return"] = "nothing"
    """Whether an empty list says that nothing happened, a true nought, or only that nothing is there yet: no file."""
    overlap_days: int = Field(7, ge=0)
    """How many days before the last time {since} reaches back, for what was entered late."""
    settles_after_days: int = Field(62, ge=0)
    """How long after its end a period is asked for again each night."""

    @field_validator("path")
    @classmethod
    def _stays_below(cls, path: str) -> str:
        if path.startswith("/") or "?" in path or "#" in path or climbs(path) or urlsplit(path).scheme:
            raise ValueError("is no path below the door's url:; write it like opinions/list, and params: apart")
        return path

    @model_validator(mode="after")
    def _can_be_asked(self):
        if unknown := self.days - {"start", "end", "after", "since", "until"}:
            told = ", ".join(f"{{{name}}}" for name in sorted(unknown))
            raise ValueError(f"{told} is no day; use {{start}}, {{end}}, {{after}}, {{since}} or {{until}}")
        if self.whole and (self.paging or self.rows_at):
            raise ValueError("whole: keeps the answer as it is; leave out paging: and rows_at:")
        return self

    @property
    def days(self) -> set[str]:
        """The names of the days that path and params ask for."""
        return {name for text in (self.path, *self.params.values()) for name, _ in _DAY.findall(text)}

    def filled(self, days: dict[str, dt.date]) -> tuple[str, dict[str, str]]:
        """Return path and params with their days written out."""

        def write(text: str) -> str:
            return _DAY.sub(lambda found: days[found[1]].strftime(found[2] or "%Y-%m-%d"), text)

        return write(self.path), {name: write(text) for name, text in self.params.items()}


class Door(Closed):
    """Where the sender puts its files, and the name under which the credential for it is kept."""

    url: str
    credential: str | None = Field(None, pattern=r"^[a-z0-9_]+$")
    auth: Auth | None = None
    """Needed by an API; a download takes a user name and password as basic, a token as bearer by itself."""
    listing: Literal["links", "none"] = "links"
    """none: no page lists the files, so each is asked for by the name its feed gives it."""
    rest: Rest | None = None

    @field_validator("url")
    @classmethod
    def _leads_somewhere(cls, url: str) -> str:
        return check_url(url)

    @model_validator(mode="after")
    def _fits_its_kind(self):
        is_web = scheme_of(self.url) in (*WEB, None)
        for key in ("auth", "rest"):
            if getattr(self, key) is not None and not is_web:
                raise ValueError(f"{key}: belongs to an https door; remove it")
        if self.listing == "none" and not is_web:
            raise ValueError("listing: none belongs to an https door; remove it")
        if self.auth is not None and self.credential is None:
            raise ValueError("credential: is missing; name the credential that auth: sends")
        if self.auth is not None and self.auth.kind == "query" and self.rest is None:
            raise ValueError("auth.kind: query is for an API alone, where nothing else works; use header")
        return self


def check_url(url: str) -> str:
    """Return the URL of a door. Raises ValueError when it holds a secret, climbs, or is of a kind we do not open."""
    if re.search(r"//[^/]*@", url) or "?" in url:
        raise ValueError("holds a user name, a password or a signature; name a credential: instead")
    if climbs(url):
        raise ValueError("climbs by '..'; write where it leads as it is")
    scheme = scheme_of(url)
    if scheme is not None and scheme not in SCHEMES:
        raise ValueError(f"'{scheme}' is no door we open; use {', '.join(f'{one}://' for one in SCHEMES)}")
    return url


def scheme_of(url: str) -> str | None:
    """Return what a URL begins with; None while a variable stands there, `file` for a bare path."""
    if url.startswith("$"):
        return None
    found = re.match(r"([^/:]*(?:::[^/:]*)*):", url)
    return found[1].lower() if found else "file"


def climbs(path: str) -> bool:
    """Say whether a path leads upwards, however often it is percent-encoded; a backslash is a climb on some servers."""
    while (decoded := unquote(path)) != path:
        path = decoded
    return "\\" in path or any(part.partition(";")[0].strip() == ".." for part in path.split("/"))


_DAY = re.compile(r"\{(\w+)(?::([^}]+))?\}")
