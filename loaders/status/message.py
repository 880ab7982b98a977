"""Put a message to the data team as text, as a page, and as chat services and other machines want it."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

MOST_LINES = 12
"""Lines of one part that a message lists; the rest are counted. A chat service takes 3,000 characters of each part."""
_MOST_CHARACTERS = 3000
_LONGEST_HEADER = 150


@dataclass(frozen=True)
class Part:
    """Lines under a heading."""

    heading: str
    lines: tuple[str, ...]

    @property
    def listed(self) -> list[str]:
        """Return the lines, as many as a message takes."""
        rest = len(self.lines) - MOST_LINES
        more = [f"and {rest} more: assure status, and of red runs Airflow"] if rest > 0 else []
        return [*self.lines[:MOST_LINES], *more]


@dataclass(frozen=True)
class Message:
    """What is said: a subject, and parts that are not empty.

    It holds no value of a record, no name of a file and no number of rows.
    """

    subject: str
    parts: tuple[Part, ...]

    @property
    def key(self) -> str:
        """Hash of what is said: the same message has the same."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()[:32]

    @property
    def text(self) -> str:
        """Return the message as plain text."""
        said = [self.subject]
        for part in self.parts:
            said += ["", f"{part.heading}:", *(f"- {line}" for line in part.listed)]
        return "\n".join(said) + "\n"

    @property
    def html(self) -> str:
        """Return the message as a page for a mail."""
        from jinja2 import Template

        return Template(_PAGE, autoescape=True, trim_blocks=True, lstrip_blocks=True).render(message=self)

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """Return the message as Slack's blocks, in plain text: a feed's name holds what its markup would read."""
        header = {"type": "header", "text": _plain_text(self.subject, _LONGEST_HEADER)}
        return [
            header,
            *(
                {"type": "section", "text": _plain_text("\n".join([f"{part.heading}:", *_bullets(part)]))}
                for part in self.parts
            ),
        ]

    @property
    def card(self) -> dict[str, Any]:
        """Return the message as the adaptive card that a Teams workflow posts, without markup."""
        body = [_run(self.subject, weight="Bolder", size="Medium")]
        for part in self.parts:
            body += [_run(part.heading, weight="Bolder"), *(_run(line) for line in _bullets(part))]
        content = {
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard",
            "version": "1.4",
            "body": body,
        }
        attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": content}
        return {"type": "message", "attachments": [attachment]}

    @property
    def payload(self) -> dict[str, Any]:
        """Return the message as JSON for whatever listens."""
        return {"subject": self.subject, "parts": [asdict(part) for part in self.parts], "key": self.key}


def _bullets(part: Part) -> list[str]:
    return [f"• {line}" for line in part.listed]


def _plain_text(text: str, most: int = _MOST_CHARACTERS) -> dict[str, Any]:
    return {"type": "plain_text", "text": text[:most], "emoji": False}


def _run(text: str, **how: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **how}]}


_PAGE = """\
<!doctype html>
<html lang="en-GB">
<head><meta charset="utf-8"><title>{{ message.subject }}</title></head>
<body style="font: 16px/1.5 Arial, Helvetica, sans-serif; max-width: 60em">
<h1 style="font-size: 1.3em">{{ message.subject }}</h1>
{% for part in message.parts %}
<h2 style="font-size: 1.1em">{{ part.heading }}</h2>
<ul>
{% for line in part.listed %}
<li>{{ line }}</li>
{% endfor %}
</ul>
{% endfor %}
</body>
</html>
"""
