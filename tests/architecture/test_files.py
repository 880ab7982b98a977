"""Every file says what it is for, is finished, names nobody's machine, and every provider file loads."""

import ast
import csv
import re

import pytest
import yaml

from loaders.senders.provider import load_providers

WITHOUT_WORDS = {".csv", ".xlsx", ".png", ".lock", ".pbids"}
"""Data, pictures, the lock and what holds nothing but an address: other files describe them."""
COMMENT = re.compile(r"^(#!.*\n)?\s*(#|--|/\*|\{#|<!--|\"\"\")-?\s*\S")
NOBODYS_MACHINE = [
    r"(?<![\w.}*])/(wor[k]|roo[t])/",
    r"/(hom[e]|User[s])/\w+/",
    r"\b[A-Z]:\\User[s]\\",
    r"\bpyp[i]\.(org|io|python\.org)",
    r"\bpythonhoste[d]\.org",
    r"\bregistry\.(npmj[s]|yarnpk[g])\b",
    r"\b(slac[k]|atlassia[n]|sharepoin[t]|office36[5])\.(com|net)\b",
]
UNFINISHED = re.compile(r"\b(TOD[O]|FIXM[E]|XX[X]:|HAC[K])\b|raise NotImplemente[d]")
PASSED_OVER = re.compile(r"\b(mark\.ski[p]|pytest\.ski[p]|ski[p]if|xfai[l]\b(?!_strict)|importorski[p])")


def faults(texts, pattern, leave=()):
    return [
        f"{path}:{number}: {found[0]}"
        for path, text in texts.items()
        if path.name not in leave
        for number, line in enumerate(text.splitlines(), start=1)
        if (found := re.search(pattern, line))
    ]


def test_every_python_file_opens_with_what_it_is_for(texts):
    silent = []
    for path, text in texts.items():
        if path.suffix == ".py":
            said = ast.get_docstring(ast.parse(text)) or ""
            if not re.match(r"[A-Z`].{15,}?[.:]", said, re.DOTALL):
                silent.append(path)
    assert silent == []


def test_every_other_file_opens_with_what_it_is_for(texts):
    silent = []
    for path, text in texts.items():
        if path.suffix in {".py", *WITHOUT_WORDS} or path.name == "LICENSE" or _is_model(path):
            continue
        words = text.lstrip()
        if path.suffix == ".md":
            # A title and a sentence below it, or a sentence at once.
            words = re.sub(r"^#[^\n]*\n\s*", "", words)
            if not re.match(r"\{?(- )?[A-Z*`_].{15,}", words):
                silent.append(path)
        elif not COMMENT.match(words):
            silent.append(path)
    assert silent == []


def test_every_model_is_described_where_dbt_looks_for_it(texts):
    described = {
        model["name"]
        for path, text in texts.items()
        if path.suffix == ".yml" and path.parts[:2] == ("dbt_project", "models")
        for model in (yaml.safe_load(text) or {}).get("models", [])
        if len(model.get("description", "")) > 20
    }
    assert [path for path in texts if _is_model(path) and path.stem not in described] == []


def test_no_file_names_anybodys_machine_or_workplace(texts):
    assert [fault for pattern in NOBODYS_MACHINE for fault in faults(texts, pattern)] == []


def test_nothing_is_left_for_later(texts):
    assert faults(texts, UNFINISHED, leave={"requirements.lock"}) == []


def test_no_test_is_passed_over(texts):
    tests = {path: text for path, text in texts.items() if path.parts[0] == "tests" or path.name == "pyproject.toml"}
    assert faults(tests, PASSED_OVER) == []


def test_no_file_is_too_long_to_read(texts):
    # Seeds, prose, generated tables and made-up words are looked things up in, not read.
    looked_up = {"docs", "providers"}
    long = {
        str(path): text.count("\n")
        for path, text in texts.items()
        if path.suffix in {".py", ".sql", ".html", ".yaml"}
        and path.parts[0] not in looked_up
        and "migrations" not in path.parts
        and text.count("\n") > (600 if path.parts[0] == "tests" else 500)
    }
    assert long == {}


def test_every_provider_file_loads(project):
    assert load_providers(project / "providers").keys() >= {"zw1", "zw2", "zw3", "national_statistics"}


def test_every_example_loads_and_has_a_sample(project):
    folder = project / "providers" / "examples"
    examples = load_providers(folder)
    assert {path.name for path in folder.iterdir() if path.is_dir()} == examples.keys()
    assert [name for name in examples if not any((folder / name).iterdir())] == []


@pytest.fixture(scope="module")
def real_codes(project):
    """Codes of real trusts and integrated care boards."""
    seeds = project / "dbt_project" / "seeds"
    found = set()
    for name in ("ods_nhs_trusts.csv", "icbs.csv"):
        with (seeds / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found |= {row[column] for column in ("organisation_code", "icb_code") if row.get(column)}
    return found


@pytest.mark.parametrize("folder", ["providers", "providers/examples"])
def test_a_made_up_sender_bears_no_real_code(project, real_codes, folder):
    codes = {
        name: set(re.findall(r"\b[A-Z][A-Z0-9]{2,4}\b", (project / folder / f"{name}.yml").read_text(encoding="utf-8")))
        for name, provider in load_providers(project / folder).items()
        if provider.is_made_up
    }
    assert {name: found & real_codes for name, found in codes.items()} == {name: set() for name in codes}
    assert len(real_codes) > 200


def test_no_sender_but_the_official_statistics_is_real(project):
    real = {name for name, provider in load_providers(project / "providers").items() if not provider.is_made_up}
    assert real == {"national_statistics"}


def test_every_dialect_loads_has_samples_and_is_told_of(project, real_codes):
    examples = project / "providers" / "examples"
    told = (examples / "README.md").read_text(encoding="utf-8")
    dialects = load_providers(examples)
    assert [code for code in dialects if not list((examples / code).iterdir()) or f"({code}.yml)" not in told] == []
    for code, provider in dialects.items():
        if provider.is_made_up:
            words = re.findall(r"\b[A-Z][A-Z0-9]{2,4}\b", (examples / f"{code}.yml").read_text(encoding="utf-8"))
            assert set(words) & real_codes == set(), code
        else:
            assert (examples / code / "ATTRIBUTION.md").is_file(), code


def _is_model(path) -> bool:
    return path.suffix == ".sql" and path.parts[:2] == ("dbt_project", "models")
