"""Write a page for each measure: what it counts and why, what it is held against, how to ask for it, its SQL."""

import csv
import textwrap
from collections.abc import Iterator
from functools import cache

from expectations.codes import SEEDS
from expectations.contract import CONTRACTS
from warehouse import model_sql
from warehouse.model_sql import FAMILY, model_files, relation
from warehouse.paths import ROOT
from warehouse.spc import chosen_rules

FOLDER = "docs/generated/measures"
HEADER = "Generated from dbt_project by `assure generate`; do not edit."

Row = dict[str, str]

_BETTER = {"increase": "higher", "decrease": "lower", "neutral": "neither: it is shown, without a better side"}
_ASKED_OF = {
    "all": "every organisation", "full": "organisations with a full register", "bed": "services that may restrain",
    "icb": "the commissioner", "self": "the pipeline itself",
}  # fmt: skip
_OWNERS = {
    "statute": "law", "contract": "contract", "nice": "NICE guidance", "icb": "agreed by the board",
    "network": "agreed by the network", "local_suggestion": "suggested, agreed by nobody here",
}  # fmt: skip
_OPERATORS = {"at_least": "at least", "at_most": "at most"}
_SILENCE = {
    "nought": "Where every record came and there was nothing to count, it is nought of nought (`not_applicable`).",
    "nought_now": "Where every record came and there was nothing to count, it is nought of nought (`not_applicable`) "
    "in the newest quarter; of older ones a register tells nothing.",
    "unknown": "Where there is no row to count nothing is known (`no_evidence`), though every record came: a question "
    "that was not asked has no answer.",
}
_CLASSES = {
    "people": "people: small counts are hidden and the others rounded before they leave `marts`",
    "things": "things: printed exactly",
}
_NO_INTERVAL = {
    "amount": "An amount of money is no count: it has no interval.",
    "weighted share": "What is added up did not come about one by one, so it has no interval and no funnel.",
}
_CURVE = "Kaplan-Meier"


def pages() -> dict[str, str]:
    """Return the text of every page and of their index, by its path below the root."""
    written = {f"{FOLDER}/{row['measure_code']}.md": _text(_page(row)) for row in rows("measures")}
    return {f"{FOLDER}/index.md": _text(_index()), **written}


@cache
def rows(seed: str) -> tuple[Row, ...]:
    """Return the rows of a seed as they are written."""
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def query(measure: Row) -> str:
    """Return the question that gives an analyst a measure by organisation and quarter, its unit beside each value."""
    return textwrap.dedent(f"""\
        select
            quarter_id, organisation_code, numerator, denominator, value, unit,
            value_lower, value_upper, value_state, evidence_basis
        from marts.fct_measures
        where measure_code = '{measure["measure_code"]}' and period_kind = 'quarter' and level = 'organisation'
        order by quarter_id desc, organisation_code""")


def answered(measure_code: str) -> Iterator[tuple[Row, str, bool]]:
    """Yield each expectation that a measure answers, with whose measure it is there and whether it judges it."""
    expectations = {row["expectation_id"]: row for row in rows("expectations")}
    given = rows("expectation_measures")
    own = {row["expectation_id"]: row for row in given if row["measure_code"] == measure_code}
    found = [(row["expectation_id"], _repeats(row), row["judges"] == "true") for row in own.values()]
    for row in given:
        if not row["measure_code"] and row["of_expectation_id"] in own:
            judges = {row["judges"], own[row["of_expectation_id"]]["judges"]} == {"true"}
            found.append((row["expectation_id"], _repeats(row), judges))
    for expectation_id, repeats, judges in sorted(found, key=lambda one: int(one[0][1:])):
        yield expectations[expectation_id], repeats, judges


def _repeats(row: Row) -> str:
    said = {"same_as": "the same as", "scope_of": "another scope of"}.get(row["relation"])
    return f"{said} {row['of_expectation_id']}" if said else ""


def _page(measure: Row) -> Iterator[str]:
    code = measure["measure_code"]
    yield f"# {measure['plain_name']}"
    yield f"\n{HEADER} [All measures](index.md)."
    yield "\n| asked | answered |\n|---|---|"
    yield from (f"| {name} | {_cell(said)} |" for name, said in _facts(measure))
    yield "\n## Why it matters"
    yield from _expectations(code)
    yield "\n## What it is held against"
    yield from _thresholds(code)
    yield "\n## What to mind\n"
    yield from (f"- {said}" for said in _cautions(measure))
    yield "\n## Ask for it"
    yield f"\n```sql\n{query(measure)}\n```"
    yield from _published(measure)
    yield "\n## How it is counted"
    yield from _counted(measure)


def _facts(measure: Row) -> Iterator[tuple[str, str]]:
    yield "code", f"`{measure['measure_code']}`"
    yield "counted", measure["numerator"]
    yield "out of", measure["denominator"]
    yield "clock", measure["clock"]
    yield "unit", f"{measure['unit']}: {_formula(measure)}"
    yield "printed with", _counted_in_words(int(measure["decimals"]), "decimal")
    yield "better", _BETTER[measure["direction"]]
    yield "method", measure["method"]
    yield "too few to say", f"below a denominator of {measure['minimum_denominator']}"
    yield "numerator counts", _CLASSES[measure["disclosure_class"]]
    yield "denominator counts", _CLASSES[measure["denominator_class"]]
    yield "rests on", ", ".join(_linked(record) for record in measure["source_records"].split(";"))
    yield "chart", _charted(measure)
    yield "in the report", _printed(measure)
    yield "holds from", measure["valid_from"]


def _charted(measure: Row) -> str:
    if measure["is_charted"] != "true":
        return "none: it is counted by the quarter"
    return f"SPC by month, by the rules `{chosen_rules()}`, in `{relation('mart_spc')}`"


def _formula(measure: Row) -> str:
    if measure["method"].startswith(_CURVE):
        return "read off the curve, and no quotient"
    return "numerator ÷ denominator" if measure["scale"] == "1" else f"numerator × {measure['scale']} ÷ denominator"


def _counted_in_words(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _linked(record: str) -> str:
    # What is no record of senders', such as deliveries and editions, stands in no dictionary.
    is_sent = (CONTRACTS / f"{record}.odcs.yaml").is_file()
    return f"[{record}](../data_dictionary.md#{record})" if is_sent else record


def _printed(measure: Row) -> str:
    if not measure["section"]:
        return "not by its own name: through the expectations below, in the annex"
    services = ", for single services too" if measure["is_published_by_service"] == "true" else ""
    return f"section `{measure['section']}`{services}"


def _expectations(code: str) -> Iterator[str]:
    found = list(answered(code))
    if not found:
        yield "\nIt answers no expectation by itself; it stands beside others in the report."
        return
    yield "\n| expectation | what is expected | asked of | this measure |\n|---|---|---|---|"
    for expectation, repeats, judges in found:
        part = "decides its status" if judges else "shows more of the picture"
        asked = _ASKED_OF[expectation["asked_of"]]
        yield (
            f"| {expectation['expectation_id']} | {_cell(expectation['expectation'])} | {asked} "
            f"| {part}{f'; {repeats}' if repeats else ''} |"
        )


def _thresholds(code: str) -> Iterator[str]:
    found = [row for row in rows("thresholds") if row["measure_code"] == code]
    if not found:
        yield "\nNo threshold is set: it is shown, and nothing is met or not met by it."
        return
    yield "\n| threshold | in words | value | what for | whose |\n|---|---|---|---|---|"
    for row in found:
        purpose = "results are held against it" if row["purpose"] == "judges" else "the measure is counted by it"
        owner = (
            f"{row['owner']}, since {row['agreed_on']}: {row['source']}" if row["owner"] else _OWNERS[row["owner_kind"]]
        )
        value = f"{_OPERATORS[row['operator']]} {row['value']} {row['unit']}"
        yield f"| `{row['threshold_id']}` | {_cell(row['plain_words'])} | {value} | {purpose} | {_cell(owner)} |"
    if any(not row["owner"] for row in found):
        yield '\nA value without an owner and a day of agreement is a suggestion: nothing is ever "not met" by it.'


def _cautions(measure: Row) -> Iterator[str]:
    yield "Choose one `level` and one `period_kind` before adding up: organisations hold services, quarters months."
    yield _SILENCE[measure["silence_means"]]
    if measure["declared_item"]:
        yield (
            f"Where a sender has no rows, item `{measure['declared_item']}` of its return stands in: `evidence_basis` "
            "says `declared`."
        )
    if measure["method"] in _NO_INTERVAL:
        yield _NO_INTERVAL[measure["method"]]
    if measure["method"].startswith(_CURVE):
        yield "The share is read off a curve that counts whoever still waits; it is no quotient of the two counts."
    if "people" in (measure["disclosure_class"], measure["denominator_class"]):
        yield "`marts` holds true counts of people. Print those of `published`, never these."
    yield "A region (`ALL`) is pooled over those who send, and is no mean of organisations."


def _published(measure: Row) -> Iterator[str]:
    if measure["section"]:
        yield "\nAs the report prints it, small numbers hidden:"
        yield textwrap.dedent(f"""
            ```sql
            select figure_id, statistic, value, unit, value_state
            from published.pub_figures
            where measure_code = '{measure["measure_code"]}' and edition_id = 'working'
            order by figure_id
            ```""")


def _counted(measure: Row) -> Iterator[str]:
    name = FAMILY + measure["family"]
    path = model_files()[name].relative_to(ROOT).as_posix()
    by = "service and month" if "month" in measure["grains"] else "organisation and quarter"
    if measure["method"].startswith(_CURVE):
        by = "organisation or region, and quarter"
    yield (
        f"\nThe lines of model [`{name}`](../../../{path}) that count this measure, as a build runs them: by {by}. "
        "[`fct_measures`](../../../dbt_project/models/marts/measures/fct_measures.sql) adds them up to quarters, "
        "organisations and regions, and works out value and interval. A test runs these lines and compares."
    )
    yield f"\n> {model_sql.purpose(name)}"
    sql = model_sql.measure_sql(measure["measure_code"], measure["family"])
    private = sorted({word for word in sql.replace("(", " ").split() if word.startswith("intermediate.")})
    if private:
        yield f"\nThey read {', '.join(f'`{one}`' for one in private)}, which only the build's own role may read."
    if ":'" in sql:
        yield "\n`:'as_of_on'` is the day that the build speaks for."
    named = [one for one in model_sql.SUMS_OF_FAMILIES if f"from {one} " in sql.replace("\n", " ")]
    if named:
        yield f"\nIt counts other measures: {', '.join(f'`{one}`' for one in named)} are the rows of them all."
    yield f"\n```sql\n{sql}\n```"


def _index() -> Iterator[str]:
    measures = rows("measures")
    yield "# Measures"
    yield f"\n{HEADER}"
    yield (
        f"\nThe {len(measures)} measures by the family whose SQL counts them: what each counts, which expectations it "
        "answers, what it is held against, how to ask for it, and its exact SQL. In the warehouse they are "
        f"`{relation('dim_measure')}`, their results `{relation('fct_measures')}`."
    )
    families = dict.fromkeys(row["family"] for row in measures)
    for family in families:
        yield f"\n## {family.replace('_', ' ').capitalize()}"
        yield "\n| measure | unit | better | answers |\n|---|---|---|---|"
        for row in measures:
            if row["family"] == family:
                answers = ", ".join(one["expectation_id"] for one, _, _ in answered(row["measure_code"]))
                link = f"[{_cell(row['plain_name'])}]({row['measure_code']}.md)"
                yield f"| {link} | {row['unit']} | {_BETTER[row['direction']].partition(':')[0]} | {answers} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _text(lines: Iterator[str]) -> str:
    return "\n".join(lines) + "\n"
