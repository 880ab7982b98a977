"""A provider file that is wrong does not load, and says which file, which key and what to do."""

import datetime as dt
import shutil

import pytest

from loaders.senders.provider import ProviderFileError, load_provider, load_providers
from warehouse.paths import ROOT
from warehouse.periods import Period

GOOD = """\
code: zz1
name: A made-up trust
kind: nhs_trust
tier: full
icb_code: ZZL
icb_name: Made-up ICB
is_made_up: true
agreements:
  - reference: ZZL-DSA-01
    valid_from: 2026-04-01
    valid_to: 2027-03-31
    records: [incident, activity_count]
    lawful_basis: public task
    controller: A made-up trust
    dpia_reference: ZZL-DPIA-01
    retention_months: 96
    opt_out_applied_by: provider
door:
  url: sftp://files.example.org/out
  credential: zz1_sftp
feeds:
  incidents:
    files: incidents_{period:%Y-%m}{version}.csv
    every: month
    format: {kind: csv, dates: ["%d/%m/%Y"]}
    tables:
      - record: incident
        delivers: period
        columns:
          incident_id: Ref
          revision: {constant: 1}
          occurred_on: Happened
          incident_kind: {from: Kind, codes: {SELFH: self_harm}}
  activity:
    files: activity_{period:%Y-%m}.csv
    every: month
    format: {kind: csv}
    tables:
      - record: activity_count
        delivers: period
        columns:
          service_id: Ward
        unpivot:
          value: counted
          headings:
            Contacts: {count_kind: contacts}
"""
SECOND_TABLE = """\
      - {record: incident, delivers: events, columns: {incident_id: A, revision: B, occurred_on: C}}
"""


@pytest.fixture
def load(tmp_path):
    """Call with (old, new) to load the good file with one thing changed in it."""

    def changed(old: str = "", new: str = "", name: str = "zz1.yml"):
        assert old in GOOD
        path = tmp_path / name
        path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
        return load_provider(path)

    return changed


def test_a_good_file_loads(load):
    provider = load()
    assert provider.organisation_code == "ZZ1"
    assert set(provider.feeds) == {"incidents", "activity"}


def test_the_projects_own_files_load():
    assert {"zw1", "zw2", "zw3"} <= set(load_providers(ROOT / "providers"))


@pytest.mark.parametrize(
    ("old", "new", "key", "remedy"),
    [
        # Keys and shapes.
        ("tier: full", "tier: full\ncolour: red", "colour", "not permitted"),
        ("    every: month", "    evry: month", "feeds.incidents.evry", "not permitted"),
        ("tier: full", "tier: huge", "tier", "'full', 'minimal' or 'statistics'"),
        ("tier: full", "tier: full\ntier: minimal", "line 5", "'tier' stands twice; remove one"),
        ("          occurred_on: Happened", "          incident_id: Happened", "line 32", "'incident_id' stands twice"),
        ("feeds:", "feeds: [", "YAML", "indentation or quotes"),
        # Agreements and doors.
        ("valid_to: 2027-03-31", "valid_to: 2025-03-31", "valid_to", "correct one of the two"),
        ("valid_to: 2027-03-31", "valid_to: next year", "agreements.0.valid_to", "date"),
        ("[incident, activity_count]", "[incidents]", "agreements.ZZL-DSA-01.records", "choose one of action"),
        ("sftp://files", "sftp://zz1:secret-9d@files", "door.url", "name a credential"),
        ("/out", "/out?sig=secret-9d", "door.url", "name a credential"),
        # Files and formats.
        ("{period:%Y-%m}{version}", "{month}", "feeds.incidents", "use {period:%Y-%m}"),
        ("incidents_{period:%Y-%m}{version}", "incidents_*", "feeds.incidents", "add {period:%Y-%m}"),
        ('"%d/%m/%Y"', '"%d/%n/%Y"', "feeds.incidents.format.dates.0", "write it like %d/%m/%Y"),
        ("{kind: csv}", "{kind: csv, encoding: utf8-bom}", "feeds.activity.format.encoding", "use utf-8-sig or cp1252"),
        ("{kind: csv}", "{kind: csv, delimiter: ';;'}", "feeds.activity.format.delimiter", "at most 1 character"),
        # Against the contract.
        ("record: incident", "record: incidents", "feeds.incidents.incidents", "choose one of action"),
        ("incident_kind: {from", "kind_of: {from", "feeds.incidents.incident: columns: kind_of", "data_dictionary"),
        ("          occurred_on: Happened\n", "", "columns: occurred_on is required", "map it from a heading"),
        ("occurred_on: Happened", "occurred_on: {constant: 1, from: B}", "occurred_on", "either from: or constant:"),
        ("occurred_on: Happened", "occurred_on: Date of birth", "columns.occurred_on", "under drop:"),
        ("SELFH: self_harm", "SELFH: selfharm", "columns.incident_kind.codes: selfharm", "'incident_kind'"),
        (
            "Contacts: {count_kind: contacts}",
            "Contacts: {count_kind: visits}",
            "unpivot.headings: visits",
            "'count_kind'",
        ),
        ("service_id: Ward", "service_id: {from: Ward, states: {'*': hidden}}", "states: hidden", "'value_state'"),
        (
            "  activity:",
            f"{SECOND_TABLE}  activity:",
            "feeds.incidents",
            "a feed of its own",
        ),
    ],
)
def test_a_wrong_file_names_itself_the_key_and_the_remedy(load, old, new, key, remedy):
    with pytest.raises(ProviderFileError) as refused:
        load(old, new)
    message = str(refused.value)
    assert message.startswith("zz1.yml: ")
    assert key in message
    assert remedy in message
    assert "secret-9d" not in message


def test_a_file_is_called_as_its_sender(load):
    with pytest.raises(ProviderFileError, match=r"other\.yml: code: is 'zz1'; the file must be called zz1\.yml"):
        load(name="other.yml")


def test_every_file_of_a_folder_is_checked(tmp_path):
    (tmp_path / "zz1.yml").write_text(GOOD, encoding="utf-8")
    shutil.copy(ROOT / "providers" / "zw1.yml", tmp_path / "zw9.yml")
    with pytest.raises(ProviderFileError, match=r"zw9\.yml"):
        load_providers(tmp_path)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("incidents_2026-06.csv", (2026, 6, 1)),
        ("incidents_2026-06_v2.csv", (2026, 6, 2)),
        ("incidents_2026-13.csv", None),
        ("incidents_2026-06.csv.part", None),
        ("old/incidents_2026-06.csv", None),
        ("activity_2026-06.csv", None),
    ],
)
def test_a_files_name_says_its_period_and_version(load, path, said):
    found = load().feeds["incidents"].match(path)
    assert (found and (found.period.start_on.year, found.period.start_on.month, found.version)) == said


def test_a_quarters_file_covers_three_months(load):
    provider = load(
        "incidents_{period:%Y-%m}{version}.csv\n    every: month", "i_{quarter}_{status}.csv\n    every: quarter"
    )
    found = provider.feeds["incidents"].match("i_2026-27-Q1_Final.csv")
    assert found.period == Period(dt.date(2026, 4, 1), dt.date(2026, 6, 30))
    assert found.status_rank == 2


@pytest.mark.parametrize(
    ("old", "new", "is_same"),
    [
        ("Kind, codes", "Category, codes", False),
        ('"%d/%m/%Y"', '"%m/%d/%Y"', False),
        ("name: A made-up trust", "name: A renamed trust", True),
        ("    every: month", "    every: month\n    due_working_day: 20", True),
    ],
)
def test_a_mapping_is_another_when_bytes_would_be_read_otherwise(load, old, new, is_same):
    before, after = (provider.feeds["incidents"].mapping_version for provider in (load(), load(old, new)))
    assert (before == after) == is_same


def test_an_agreement_covers_all_the_records_of_a_feed_and_both_its_days(load):
    provider = load()
    incidents = provider.feeds["incidents"]
    in_force = {day: bool(provider.agreement(incidents, dt.date.fromisoformat(day))) for day in (
        "2026-03-31", "2026-04-01", "2027-03-31", "2027-04-01"
    )}  # fmt: skip
    assert list(in_force.values()) == [False, True, True, False]
    narrower = load("[incident, activity_count]", "[activity_count]")
    assert narrower.agreement(incidents, dt.date(2026, 6, 1)) is None
