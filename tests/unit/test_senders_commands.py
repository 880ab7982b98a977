"""The commands about one sender: they ask what no option says, write one file, and touch none that is there."""

import sys
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from assure import cli, senders
from loaders.senders.feeds import Feed
from loaders.senders.provider import Provider, load_provider

SAMPLE = "Incident ref,Date of incident,Ward,Type of incident\n" + "".join(
    f"I-{number},{number + 10}/06/2026,Alder,SELFH\n" for number in range(12)
)


@pytest.fixture
def desk(tmp_path, monkeypatch) -> Path:
    """A folder to work in, with a sample, and a folder of provider files that is empty."""
    (tmp_path / "providers").mkdir()
    (tmp_path / "incidents_2026-06.csv").write_text(SAMPLE, encoding="utf-8")
    monkeypatch.setenv("ASSURE_PROVIDERS", str(tmp_path / "providers"))
    monkeypatch.setenv("ASSURE_STATE", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, typed: str = ""):
    return CliRunner().invoke(cli.app, list(arguments), input=typed)


def test_whatever_no_option_says_is_asked_and_a_wrong_answer_is_asked_again(desk):
    typed = "\n".join(
        ["nowhere.csv", "incidents_2026-06.csv", "zx1", "Made-up trust", "hospital", "nhs_trust", "full", "ZWL",
         "Made-up board", "incident", "month", "ZWL-DSA-9"]
    )  # fmt: skip
    done = run("new-provider", "--made-up", "--as-of", "2026-07-29", typed=typed + "\n")
    assert (done.exit_code, done.exception) == (0, None)
    provider = load_provider(desk / "providers" / "zx1.yml")
    assert (provider.name, provider.kind, provider.icb_code, provider.is_made_up) == (
        "Made-up trust", "nhs_trust", "ZWL", True,
    )  # fmt: skip
    (agreement,) = provider.agreements
    assert (agreement.reference, agreement.valid_from.isoformat(), agreement.valid_to.isoformat()) == (
        "ZWL-DSA-9", "2026-07-29", "2027-06-30",
    )  # fmt: skip
    assert "there is no file nowhere.csv" in done.output
    assert "choose one of nhs_trust" in done.output


def test_a_script_is_asked_nothing(desk):
    done = run("new-provider", "--yes", "--sample", "incidents_2026-06.csv", "--code", "zx1", "--made-up")
    assert done.exit_code == 0
    assert load_provider(desk / "providers" / "zx1.yml").feeds.keys() == {"incident"}


def test_a_file_that_is_there_is_left_as_it_is_and_its_new_feed_shown(desk):
    call = ("new-provider", "--yes", "--sample", "incidents_2026-06.csv", "--code", "zx1", "--made-up")
    run(*call)
    path = desk / "providers" / "zx1.yml"
    path.write_text(path.read_text(encoding="utf-8") + "# mended\n", encoding="utf-8")
    again = run(*call)
    assert "this belongs under its feeds:" in again.output
    assert "files: " in again.output
    assert path.read_text(encoding="utf-8").endswith("# mended\n")
    run(*call, "--overwrite")
    assert not path.read_text(encoding="utf-8").endswith("# mended\n")


def test_a_sample_that_cannot_be_read_or_is_of_nothing_is_one_line(desk, monkeypatch, capsys):
    (desk / "login.csv").write_text("<!doctype html><title>Log in</title>", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["assure", "new-provider", "--yes", "--sample", "login.csv"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert "a web page came in place of the data" in capsys.readouterr().err


def test_what_may_be_answered_is_what_a_provider_file_may_say():
    assert senders.Kind == Provider.model_fields["kind"].annotation
    assert senders.Tier == Provider.model_fields["tier"].annotation
    assert senders.Every == Feed.model_fields["every"].annotation


def test_the_next_command_can_be_typed_as_it_is_printed(desk):
    (desk / "incidents_2026-06.csv").rename(desk / "Our incidents 2026-06.csv")
    done = run("new-provider", "--yes", "--sample", "Our incidents 2026-06.csv", "--code", "zx1", "--made-up")
    assert 'assure check "Our incidents 2026-06.csv" --provider zx1' in done.output


@pytest.mark.parametrize("tier", ["minimal", "full"])
def test_a_workbook_is_written_whose_ids_carry_the_senders_code(desk, tier):
    assert run("template", tier, "--for", "zx1", "out.xlsx").exit_code == 0
    book = openpyxl.load_workbook(desk / "out.xlsx", read_only=True)
    ids = [cell for sheet in book for (cell,) in sheet.iter_rows(min_row=5, max_row=9, max_col=1, values_only=True)]
    assert sum(str(cell).startswith("zx1-") for cell in ids) >= 10


@pytest.mark.parametrize("words", [["huge", "out.xlsx"], ["minimal", "full", "out.xlsx"], ["out.csv"]])
def test_a_workbook_of_no_kind_is_wrong_use(desk, words):
    assert run("template", *words).exit_code == 2


def test_a_workbook_of_ours_is_recognised_when_it_comes_back(desk):
    run("template", "minimal", "--for", "zx1", "zx1_20260630.xlsx")
    done = run("new-provider", "--yes", "--sample", "zx1_20260630.xlsx", "--code", "zx1", "--made-up")
    assert "taken over from register of" in done.output
    assert len(load_provider(desk / "providers" / "zx1.yml").feeds["register"].tables) > 5
