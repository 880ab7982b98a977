"""The SQL that the pages of measures show is the SQL that dbt runs: both are made of the same files, and compared."""

import re

from tests.dbt_run import ALWAYS, compiled_nodes
from warehouse import model_sql


def words(sql: str) -> list[str]:
    """What a query says, without comments, the database's name and the prefix that dbt gives to inlined parts."""
    sql = re.sub(r"--[^\n]*", "", sql)
    sql = re.sub(r'"[^"]+"\."([^"]+)"\."([^"]+)"', r"\1.\2", sql).replace("__dbt__cte__", "")
    return re.findall(r"[\w.]+|[^\w\s]", sql)


def test_every_family_is_shown_as_dbt_compiles_it(warehouse_database):
    compiled = compiled_nodes("path:models/marts/measures")
    families = [name for name in model_sql.model_files() if name.startswith(model_sql.FAMILY)]
    assert len(families) > 30
    differing = []
    for name in families:
        # What dbt inlines it puts first, behind the same `with`.
        shown = words(model_sql.rendered(name).replace(":'as_of_on'", f"'{ALWAYS['as_of_on']}'"))[1:]
        if words(compiled[name])[-len(shown) :] != shown:
            differing.append(name)
    assert differing == []
