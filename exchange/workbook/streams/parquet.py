"""Parquet by pyarrow, where it is installed (the extra `parquet`): decimals exact, headings and units kept as metadata."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any

from exchange.workbook.streams.columns import Column, Kind, NotOfferedError, Options, Row
from exchange.workbook.streams.sink import Sink

# As it is typed in the product's folder: `./run` brings the package tool there.
INSTALL = ".tools/bin/uv sync --frozen --inexact --extra parquet"
ROW_GROUP = 50_000
_DIGITS = 24  # 万元 with six decimals: eighteen before the point, more than a 64-bit number of 分 has


def require_parquet() -> None:
    """Refuse in words where pyarrow is not installed."""
    if find_spec("pyarrow") is None:
        raise NotOfferedError(
            "parquet_not_installed",
            f"本机没有安装 Parquet 组件（pyarrow）。请改用 .csv 或 .ndjson，或由管理员在程序目录里运行 {INSTALL}，然后重新启动服务",
            f"Parquet needs pyarrow, which is not installed here: take .csv or .ndjson, or have `{INSTALL}` run in the product's folder "
            "and the service started again",
        )


def stream_parquet(columns: tuple[Column, ...], blocks: Iterator[list[Row]], options: Options) -> Iterator[bytes]:
    """Row groups of some 50,000 rows; only one is held."""
    import pyarrow  # noqa: PLC0415 -- optional, and slow
    from pyarrow import parquet  # noqa: PLC0415 -- optional, and slow

    schema = _schema(pyarrow, columns, options)
    sink = Sink()
    writer = parquet.ParquetWriter(pyarrow.PythonFile(sink, mode="w"), schema, compression="zstd")
    held: list[Any] = []
    rows = 0
    for block in blocks:
        held.append(_batch(pyarrow, columns, schema, block))
        rows += len(block)
        if rows >= ROW_GROUP:
            writer.write_table(pyarrow.Table.from_batches(held), row_group_size=rows)
            held, rows = [], 0
            yield sink.take()
    if held:
        writer.write_table(pyarrow.Table.from_batches(held), row_group_size=rows)
    writer.close()
    yield sink.take()


def _schema(pyarrow: Any, columns: Sequence[Column], options: Options) -> Any:
    def kind(column: Column) -> Any:
        return {
            Kind.TEXT: pyarrow.string(),
            Kind.MONTH: pyarrow.string(),
            Kind.INTEGER: pyarrow.int64(),
            Kind.DECIMAL: pyarrow.decimal128(_DIGITS, column.places),
            Kind.DATE: pyarrow.date32(),
            Kind.DATETIME: pyarrow.timestamp("us", tz=str(options.zone)),
            Kind.BOOLEAN: pyarrow.bool_(),
        }[column.kind]

    def told(column: Column) -> dict[str, str]:
        return {"heading": column.heading, **({"unit": column.unit} if column.unit else {})}

    return pyarrow.schema([pyarrow.field(column.name, kind(column), metadata=told(column)) for column in columns], metadata={"title": options.title})


def _batch(pyarrow: Any, columns: Sequence[Column], schema: Any, block: list[Row]) -> Any:
    cells: list[Sequence[Any]] = list(zip(*block, strict=True))
    for at, column in enumerate(columns):
        if column.kind is Kind.MONTH:
            cells[at] = [None if value is None else str(value) for value in cells[at]]
    return pyarrow.record_batch([pyarrow.array(values, type=field.type) for values, field in zip(cells, schema, strict=True)], schema=schema)
