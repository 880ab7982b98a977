"""Read one workbook or Parquet file in a process that may die: what it holds goes to standard output as JSON lines.

Run as `python -I child.py workbook FILE SHEET…` (`*` is every sheet) or `… parquet FILE`, never imported. A
hostile file can abort its reader or ask for gigabytes; here it meets limits on memory and time, and takes nobody with
it. Windows knows no such limits: there the process alone is the wall.
"""

import datetime as dt
import json
import sys
from contextlib import suppress
from decimal import Decimal

MEMORY = 1 << 31
SECONDS = {"workbook": 120, "parquet": 600}
MOST_ROWS = 50_000_000
"""A few bytes of Parquet can stand for any number of equal rows."""
BATCH = 1_000


def main(kind: str, path: str, wanted: list[str]) -> None:
    with suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS[kind], SECONDS[kind]))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    {"workbook": workbook, "parquet": parquet}[kind](path, wanted)


def say(**said) -> None:
    sys.stdout.write(json.dumps(said, separators=(",", ":")) + "\n")


def workbook(path: str, wanted: list[str]) -> None:
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_path(path)
    say(sheets=book.sheet_names)
    for name in book.sheet_names if wanted == ["*"] else wanted or book.sheet_names[:1]:
        if name not in book.sheet_names:
            continue
        sheet = book.get_sheet_by_name(name)
        # Blank rows above the first filled one are given too; blank columns before it are not.
        indent = [""] * (sheet.start[1] if sheet.start else 0)
        say(sheet=name)
        for number, row in enumerate(sheet.iter_rows(), start=1):
            say(row=number, cells=indent + [plain(cell) for cell in row])


def parquet(path: str, _: list[str]) -> None:
    import pyarrow as arrow
    from pyarrow import parquet as columnar

    # Its own allocators set whole regions aside, which the limit on memory forbids.
    arrow.set_memory_pool(arrow.system_memory_pool())
    arrow.set_cpu_count(1)
    arrow.set_io_thread_count(1)
    file = columnar.ParquetFile(path)
    inside = sum(file.metadata.row_group(at).total_byte_size for at in range(file.num_row_groups))
    if inside > 1 << 30 or file.metadata.num_rows > MOST_ROWS:
        say(refuse="FILE-TOO-LARGE")
        return
    headings = [heading for field in file.schema_arrow for heading in names(field.name, field.type)]
    say(row=0, cells=headings)
    number = 0
    for group in range(file.num_row_groups):
        for batch in file.iter_batches(batch_size=BATCH, row_groups=[group], use_threads=False):
            columns = [
                cells
                for field, column in zip(file.schema_arrow, batch.columns, strict=True)
                for cells in told(column, field.type)
            ]
            for cells in zip(*columns, strict=True):
                number += 1
                say(row=number, cells=cells)


def names(name: str, kind) -> list[str]:
    """Return the headings of a column: of a structure one for each field, also of those in a list."""
    from pyarrow import types

    if types.is_map(kind):
        return [*names(f"{name}.key", kind.key_type), *names(f"{name}.value", kind.item_type)]
    if is_list(kind):
        return names(name, kind.value_type)
    if types.is_struct(kind):
        return [heading for field in kind for heading in names(f"{name}.{field.name}", field.type)]
    return [name]


def told(column, kind) -> list[list]:
    """Return a column's cells, a list for each of its headings, in the order of `names`."""
    import pyarrow as arrow
    from pyarrow import types

    if types.is_struct(kind):
        fields = [column.field(at) for at in range(kind.num_fields)]
        whole = column.is_valid().to_pylist()
        found = [cells for field, one in zip(kind, fields, strict=True) for cells in told(one, field.type)]
        return [[cell if there else None for cell, there in zip(cells, whole, strict=True)] for cells in found]
    if types.is_map(kind) or (is_list(kind) and names("", kind) != [""]):
        count = len(names("", kind))
        return [list(cells) for cells in zip(*(gathered(value, kind, count) for value in column), strict=True)]
    if types.is_timestamp(kind) and kind.unit == "ns":
        # Python's moments end at microseconds.
        column = column.cast(arrow.timestamp("us", kind.tz), safe=False)
    return [[plain(cell) for cell in column.to_pylist()]]


def gathered(value, kind, count: int) -> list[list]:
    """Return the cells that a list of structures comes to: under each heading the values of all of them."""
    import pyarrow as arrow

    inner = value.values
    if inner is None:
        return [[]] * count
    of = arrow.struct([("key", kind.key_type), ("value", kind.item_type)]) if arrow.types.is_map(kind) else inner.type
    return [[cell for cell in flattened(cells) if cell is not None] for cells in told(inner, of)]


def flattened(cells: list) -> list:
    return [one for cell in cells for one in (flattened(cell) if isinstance(cell, list) else [cell])]


def is_list(kind) -> bool:
    from pyarrow import types

    return types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)


def plain(cell):
    """Return a cell as JSON can hold it; days and moments as {"day": …} and {"moment": …}."""
    if isinstance(cell, dt.datetime):
        bare = cell.time() == dt.time() and cell.tzinfo is None
        return {"day": cell.date().isoformat()} if bare else {"moment": cell.isoformat()}
    if isinstance(cell, dt.date):
        return {"day": cell.isoformat()}
    if isinstance(cell, dt.time | dt.timedelta | Decimal):
        return str(cell)
    if isinstance(cell, bytes):
        return cell.decode("utf-8")
    if isinstance(cell, list):
        return [plain(one) for one in cell]
    if isinstance(cell, float) and cell != cell:
        return None  # as pandas writes a number that is not there
    return cell


if __name__ == "__main__":
    main(*sys.argv[1:3], sys.argv[3:])
