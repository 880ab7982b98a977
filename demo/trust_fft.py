"""Fill in Fenbrook and Tarn's monthly return: the Friends and Family Test in its national layout, and activity."""

from __future__ import annotations

from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from demo.chance import Chance
from demo.days import month_end, months
from demo.outbox import Outbox
from demo.truth import Truth
from demo.workbooks import saved

PROVIDER = "ZW2"
RATINGS = {"Very Good": 58, "Good": 27, "Neither Good nor Poor": 6, "Poor": 3, "Very Poor": 3, "Don't Know": 3}
MODES = {
    "SMS/text": 46, "Smartphone app/tablet/kiosk before or at point of discharge": 10,
    "Smartphone app/tablet after discharge": 6, "Paper/postcard before or at point of discharge": 18,
    "Paper/postcard after discharge": 5, "Telephone survey after discharge": 3, "Online survey after discharge": 10,
    "Other": 2,
}  # fmt: skip
FIRST = [
    "ICB Code", "Trust Code", "Trust Name", "Site Code", "Site Name", "Ward Name", "Total Responses",
    "Total Eligible", "Percentage Positive", "Percentage Negative",
]  # fmt: skip
PSEUDO_TOTALS = [
    "England (including Independent Sector Providers)", "England (excluding Independent Sector Providers)",
    "Selection (excluding suppressed data)",
]  # fmt: skip
ACTIVITY = ["Service code", "Service", "Contacts", "Referrals received", "Open referrals", "First contacts",
            "Choice offered and recorded", "Caseload", "Crisis preferences in date"]  # fmt: skip


def write(outbox: Outbox) -> None:
    """Write one workbook a month, but none in a month of silence."""
    truth = outbox.truth
    silent = {month for event in truth.of(PROVIDER, kind="silent") for month in event["months"]}
    for month in months(truth.providers[PROVIDER]["first_month"], truth.region["last_month"]):
        name = f"FFT_MH_{month:%Y-%m}.xlsx"
        sent_on = outbox.day_for(name, month_end(month), "monthly")
        if f"{month:%Y-%m}" not in silent and sent_on <= outbox.sent_by:
            outbox.send(name, workbook(truth, month), sent_on)


def workbook(truth: Truth, month: date) -> bytes:
    """The return of one month: preamble, two header rows, three pseudo-totals, then one row a service from row 15."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Wards"
    sheet["A1"] = "Friends and Family Test: mental health"
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A2"] = f"Period: {f'{month:%B}'.upper()} {financial_year(month)}"
    sheet["C3"] = "Show data for:"
    sheet["H3"] = "(Collection mode data is shown with Trusts data)"
    sheet["F5"], sheet["F6"] = "ICB:", "Trust:"
    sheet["G6"] = "\N{MINUS SIGN}"
    for column, heading in enumerate(FIRST, 1):
        sheet.cell(10, column, heading)
        sheet.merge_cells(start_row=10, end_row=11, start_column=column, end_column=column)
    start = len(FIRST) + 1
    for group, headings in (("Breakdown of Responses", RATINGS), ("Mode of Collection", MODES)):
        sheet.cell(10, start, group).alignment = Alignment(horizontal="center")
        sheet.merge_cells(start_row=10, end_row=10, start_column=start, end_column=start + len(headings) - 1)
        for column, heading in enumerate(headings, start):
            sheet.cell(11, column, heading)
        start += len(headings)
    rows = [service_row(truth, service, month) for service in truth.providers[PROVIDER]["services"]]
    for number, label in enumerate(PSEUDO_TOTALS, 12):
        sheet.cell(number, 3, label)
        for column in (7, 8, *range(len(FIRST) + 1, start)):
            known = [row[column - 1] for row in rows if isinstance(row[column - 1], int)]
            # The national rows are of another size altogether; a reader who adds them up sees it at once.
            sheet.cell(number, column, sum(known) * (1 if number == 14 else 400))
    for row in rows:
        sheet.append(row)
    activity = book.create_sheet("Activity")
    activity["A1"] = f"Activity in {month:%B %Y}"
    for column, heading in enumerate(ACTIVITY, 1):
        activity.cell(3, column, heading)
    for service in truth.providers[PROVIDER]["services"]:
        activity.append(activity_row(truth, service, month))
    hidden = book.create_sheet("BS")
    hidden["A1"] = "For office use"
    hidden.sheet_state = "hidden"
    return saved(book, month_end(month))


def financial_year(month: date) -> str:
    start = month.year - (month.month < 4)
    return f"{start}-{(start + 1) % 100:02}"


def service_row(truth: Truth, service: dict[str, Any], month: date) -> list[Any]:
    """One service's line: under five answers are starred out, and nought answers have no percentage."""
    chance = Chance(truth.region["seed"], "fft", service["id"], month)
    total = chance.poisson(service["fft_a_month"])
    ratings, modes = dict.fromkeys(RATINGS, 0), dict.fromkeys(MODES, 0)
    for _ in range(total):
        ratings[chance.weighted(RATINGS)] += 1
        modes[chance.weighted(MODES)] += 1
    eligible = max(total, chance.near(service["fft_eligible"], 0.1)) if "fft_eligible" in service else None
    counts: list[Any] = [*ratings.values(), *modes.values()]
    shares: list[Any] = ["-", "-"]
    if total:
        shares = [
            round((ratings["Very Good"] + ratings["Good"]) / total, 4),
            round((ratings["Poor"] + ratings["Very Poor"]) / total, 4),
        ]
    if 0 < total < 5:
        shares, counts = ["*", "*"], ["*"] * len(counts)
    provider = truth.providers[PROVIDER]
    return [truth.region["icb"]["code"], PROVIDER, provider["name"], service["site"], service["name"], service["name"],
            total, eligible, *shares, *counts]  # fmt: skip


def activity_row(truth: Truth, service: dict[str, Any], month: date) -> list[Any]:
    """One service's counts; a dash where a service has no such thing."""
    chance = Chance(truth.region["seed"], "activity", service["id"], month)
    keys = ("contacts", "referrals", "open_referrals", "first_contacts", "choices", "caseload", "preferences")
    levels = {"choices": truth.factor("choice_recorded", service["id"], month)}
    counts = [chance.near(service.get(key, 0) * levels.get(key, 1), 0.05) for key in keys]
    return [service["id"], service["name"], *(count or "-" for count in counts)]
