"""The warehouse as an analyst meets it, in the loaded region: described, tied together, each measure's page true."""

import pytest

from expectations import entity_pages, measure_pages
from warehouse import grants, model_sql
from warehouse.connection import connect

MEASURES = measure_pages.rows("measures")
# What a build counts and fct_measures leaves out: quarters before anything was due or not over, those who are not
# asked, and all of them without the commissioner, which mart_told_back_curve tells.
WANTED = "organisation_code in (select organisation_code from marts.dim_organisation where is_asked)"
CURVES = "told_back"


def asked(role: str, question: str, *values) -> list[tuple]:
    with connect(role) as connection, connection.cursor() as cursor:
        cursor.execute(question, values)
        return cursor.fetchall()


@pytest.fixture(scope="module")
def build_day(loaded_region) -> str:
    ((day,),) = asked(
        "transformer",
        "select (as_of at time zone 'Europe/London')::date::text from audit.builds"
        " where state = 'swapped' order by build_id desc limit 1",
    )
    return day


def test_an_analyst_finds_a_description_on_every_table_and_column_of_every_schema(loaded_region):
    silent = asked(
        "analyst",
        "select n.nspname, c.relname, a.attname from pg_class as c"
        " inner join pg_namespace as n on n.oid = c.relnamespace"
        " inner join pg_attribute as a on a.attrelid = c.oid and a.attnum >= 0 and not a.attisdropped"
        " where n.nspname = any(%s) and c.relkind in ('r', 'v', 'm', 'p')"
        " and coalesce(btrim(col_description(c.oid, a.attnum)), '') = ''"
        " union all select n.nspname, c.relname, null from pg_class as c"
        " inner join pg_namespace as n on n.oid = c.relnamespace"
        " where n.nspname = any(%s) and c.relkind in ('r', 'v', 'm', 'p')"
        " and coalesce(btrim(obj_description(c.oid, 'pg_class')), '') = ''"
        " union all select nspname, null, null from pg_namespace"
        " where nspname = any(%s) and obj_description(oid, 'pg_namespace') is null",
        *[list(grants.SCHEMAS)] * 3,
    )
    assert silent == []


def test_an_analyst_sees_marts_and_published_and_no_other_schema(loaded_region):
    seen = asked("analyst", "select distinct table_schema from information_schema.tables where table_schema !~ '^pg_'")
    assert {schema for (schema,) in seen} - {"information_schema"} == {"marts", "published"}


def test_the_sql_of_each_page_counts_what_the_warehouse_holds(build_day):
    """Every count of a measure that was recorded is a row of its page's SQL, and every row of that is such a count."""
    wrong, compared = [], 0
    with connect("transformer") as connection, connection.cursor() as cursor:
        for measure in MEASURES:
            code = measure["measure_code"]
            sql = model_sql.measure_sql(code, measure["family"], is_whole=True).replace(":'as_of_on'", f"'{build_day}'")
            if measure["family"] == CURVES:
                key = ("organisation_code", "quarter_id")
                held = "period_kind = 'quarter' and level in ('organisation', 'region')"
                counted = f"({WANTED} or organisation_code = 'ALL')"
            elif "month" in measure["grains"]:
                key = ("organisation_code", "service_id", "month_start_on")
                held = "period_kind = 'month' and level = 'service'"
                counted = f"service_id is not null and {WANTED}"
            else:
                key = ("organisation_code", "quarter_id")
                held = "period_kind = 'quarter' and level = 'organisation' and evidence_basis = 'recorded'"
                counted = WANTED
            if "quarter_id" in key:
                counted += " and quarter_id in (select quarter_id from intermediate.int_quarters__measured)"
            columns = ", ".join(key)
            cursor.execute(
                f"select {columns}, numerator, denominator from ({sql}) as counted"
                f" where numerator is not null and {counted}"
            )
            ours = {row[:-2]: row[-2:] for row in cursor}
            cursor.execute(
                f"select {columns.replace('month_start_on', 'period_start_on')}, numerator, denominator"
                f" from marts.fct_measures where measure_code = %s and numerator is not null and {held}",
                (code,),
            )
            theirs = {row[:-2]: row[-2:] for row in cursor}
            # Nothing to count, though everything came, is nought of nought and no row of the family's.
            differs = any(ours.get(place, (0, 0)) != counts for place, counts in theirs.items())
            # An edition published since the build is counted from the next one on.
            is_newer = "editions" in measure["source_records"].split(";")
            if differs or (set(ours) - set(theirs) and not is_newer):
                wrong.append(code)
            compared += len(set(ours) & set(theirs))
    assert wrong == []
    assert compared > 4000


def test_the_question_of_each_page_answers_with_its_unit(loaded_region):
    with connect("analyst") as connection, connection.cursor() as cursor:
        silent = []
        for measure in MEASURES:
            cursor.execute(measure_pages.query(measure))
            place = [column.name for column in cursor.description].index("unit")
            if {row[place] for row in cursor} != {measure["unit"]}:
                silent.append(measure["measure_code"])
    assert silent == []


def test_every_code_in_a_mart_is_in_the_dimension_that_bears_its_name(loaded_region):
    """Quarters and days outside the calendar, and the region's ALL, are the ones that no key can promise."""
    lost = []
    for key, dimension in (
        ("measure_code", "dim_measure"),
        ("expectation_id", "dim_expectation"),
        ("quarter_id", "dim_quarter"),
        ("theme_code", "dim_theme"),
    ):
        marts = asked(
            "analyst",
            "select table_name from information_schema.columns"
            " where table_schema = 'marts' and column_name = %s and table_name <> %s",
            key,
            dimension,
        )
        assert marts
        # Figures that no measure defines carry codes of their own.
        for (mart,) in marts:
            if mart in ("mart_figures", "mart_figure_differences", "mart_findings") and key == "measure_code":
                continue
            found = asked("analyst", f"select distinct {key} from marts.{mart} where {key} is not null")
            known = asked("analyst", f"select {key} from marts.{dimension}")
            lost += [(mart, *row) for row in set(found) - set(known)]
    assert lost == []


def test_days_months_and_quarters_sort_as_they_follow_and_count_from_the_build(build_day):
    ((wrong,),) = asked(
        "analyst",
        "select count(*) from marts.dim_date where date_key <> to_char(date_on, 'YYYYMMDD')::integer"
        " or is_bank_holiday <> (bank_holiday_name is not null)"
        " or is_working_day = (is_bank_holiday or iso_weekday > 5)"
        " or financial_quarter_number <> ceil(financial_month_number / 3.0) or month_label !~ month_name",
    )
    assert wrong == 0
    assert asked(
        "analyst",
        "select day_name, month_id, month_label, month_number, financial_month_number, calendar_year,"
        " financial_year_id, financial_quarter_number, months_ago, quarters_ago from marts.dim_date"
        " where date_on = '2027-01-02'",
    ) == [("Saturday", "2027-01", "January 2027", 1, 10, 2027, "2026-27", 4, -6, -2)]
    assert asked(
        "analyst", "select months_ago, quarters_ago from marts.dim_date where date_on = %s::date", build_day
    ) == [(0, 0)]
    assert asked(
        "analyst",
        "select quarter_label, financial_year_id, day_count, working_day_count, quarters_ago, is_ended,"
        " is_report_quarter from marts.dim_quarter where quarter_id = '2026-27-Q1'",
    ) == [("April to June 2026", "2026-27", 91, 61, 1, True, True)]


def test_the_day_of_a_fact_lies_in_its_quarter(loaded_region):
    """So a filter on the quarter finds by the calendar what it finds by the fact's own column."""
    strays = []
    dated = [mart for mart in entity_pages.marts().values() if mart.day and "quarter_id" in mart.columns]
    for mart in dated:
        ((count,),) = asked(
            "analyst",
            f"select count(*) from marts.{mart.name} as f inner join marts.dim_date as d on f.{mart.day} = d.date_on"
            " where d.quarter_id is distinct from f.quarter_id",
        )
        strays += [mart.name] * (count > 0)
    assert (strays, len(dated) > 20) == ([], True)


def test_what_a_relationship_leads_to_is_one_row(loaded_region):
    """Power BI takes the right-hand side for the side of one: its keys must be unique."""
    doubled = []
    for table, column in sorted({(join.to_table, join.to_column) for join in entity_pages.active()}):
        ((total, distinct),) = asked("analyst", f"select count(*), count(distinct {column}) from marts.{table}")
        doubled += [(table, column)] * (total != distinct)
    assert doubled == []
