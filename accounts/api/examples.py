"""An example for every operation of the schema: made from what its columns are, unless the operation brings one of its own.

A value is plausible where its name is known, else it stands for its kind; a text that nothing is known of says what belongs there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from accounts.api.fields import Field, Kind

_JSON = "application/json"
_BY_NAME: Mapping[str, Any] = {
    "id": 12,
    "revision": 3,
    "name": "株洲路拓宽改造工程",
    "project_name": "株洲路拓宽改造工程",
    "uid": "P-000012",
    "project_uid": "P-000012",
    "code": "2020-370212-48-01-000012",
    "unit_key": "laoshan",
    "unit_name": "崂山区",
    "unit_short_name": "崂山区",
    "period": "2020-06",
    "year": 2020,
    "month": 6,
    "half": 0,
    "month_key": 202006,
    "doc_no": "青发改〔2020〕12号",
    "reason": "核对后更正",
    "note": "已核对",
    "planned_start": "2020-06",
    "planned_finish": "2021-12",
    "total_wan": 12000.5,
    "currency": "CNY",
    "next": None,
    "pointer": "/total_wan",
    "reach": "city",
    "op": "upsert",
    "resource": "projects",
    "count": 1,
    "row": {"id": 12, "name": "株洲路拓宽改造工程"},
}
_BY_FORMAT = {"date": "2020-06-30", "date-time": "2020-07-10T10:00:00Z", "uri": "https://example.org/", "binary": "…", "uuid": "0" * 8}
_BY_TYPE: Mapping[str, Any] = {"integer": 12, "number": 800, "boolean": False, "null": None}
_DEEPEST, _SHOWN = 6, 6


def give_examples(result: dict[str, Any], **_generator: Any) -> dict[str, Any]:
    """Put an example beside every body and every answer that has none; a hook of the schema's maker."""
    for operation in _operations(result):
        body = operation.get("requestBody", {}).get("content", {})
        done = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
        for content in (body, *(one.get("content", {}) for one in done)):
            told = content.get(_JSON)
            if told is not None and not {"example", "examples"} & set(told):
                told["example"] = example_of(told.get("schema", {}), result, is_body=content is body)
    return result


def line_of(columns: Sequence[Field]) -> str:
    """A line of a whole table as a program reads it: the first columns."""
    told = {Kind.INTEGER: "integer", Kind.MONEY: "number", Kind.DECIMAL: "number", Kind.BOOLEAN: "boolean"}
    shown = [(one.name, _plain({"description": one.heading}, told.get(one.kind, "string"), one.name)) for one in columns[:_SHOWN]]
    return json.dumps(dict(shown), ensure_ascii=False) + "\n"


def _operations(result: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in result["paths"].values():
        for name, operation in methods.items():
            if name != "parameters":
                yield operation


def example_of(schema: Mapping[str, Any], whole: Mapping[str, Any], name: str = "", depth: int = 0, *, is_body: bool = False) -> Any:
    """A value of a schema. Of a body only what must be there, and the reason: what else may be sent the schema tells."""
    schema = _resolved(schema, whole)
    if "enum" in schema:
        return schema["enum"][0]
    kind = _kind(schema)
    if kind == "object" or "properties" in schema:
        return _object(schema, whole, depth, is_body=is_body)
    if kind == "array":
        return [] if depth > _DEEPEST else [example_of(schema.get("items", {}), whole, name, depth + 1, is_body=is_body)]
    return _plain(schema, kind, name)


def _resolved(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema behind references and alternatives: the first of them."""
    while True:
        if "$ref" in schema:
            schema = whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        elif "allOf" in schema or "oneOf" in schema or "anyOf" in schema:
            inner = (schema.get("allOf") or schema.get("oneOf") or schema.get("anyOf"))[0]  # type: ignore[index]
            schema = {**{key: value for key, value in schema.items() if key not in ("allOf", "oneOf", "anyOf")}, **inner}
        else:
            return schema


def _kind(schema: Mapping[str, Any]) -> str:
    told = schema.get("type", "")
    return next((one for one in told if one != "null"), "null") if isinstance(told, list) else told


def _object(schema: Mapping[str, Any], whole: Mapping[str, Any], depth: int, *, is_body: bool) -> dict[str, Any]:
    if depth > _DEEPEST:
        return {}
    properties = schema.get("properties", {})
    wanted = [*schema.get("required", ()), *(["reason"] if "reason" in properties else [])] if is_body and schema.get("required") else properties
    found = {name: example_of(properties[name], whole, name, depth + 1, is_body=is_body) for name in properties if name in wanted}
    if properties:
        return found
    free = schema.get("additionalProperties")
    return {"total_wan": example_of(free, whole, "", depth + 1)} if isinstance(free, dict) and free else {"id": 12}


def _plain(schema: Mapping[str, Any], kind: str, name: str) -> Any:
    known = _BY_NAME.get(name)
    if known is not None and _is_of(known, kind):
        return known
    if name == "next" and kind == "string":
        return None if "null" in schema.get("type", ()) else "…"
    if kind in _BY_TYPE:
        return max(_BY_TYPE[kind], schema.get("minimum", _BY_TYPE[kind])) if kind in ("integer", "number") else _BY_TYPE[kind]
    if schema.get("format") in _BY_FORMAT:
        return _BY_FORMAT[schema["format"]]
    if not kind:
        return known
    words = str(schema.get("description", "")).partition("：")[0].partition("。")[0].partition("，")[0] or name or "文字"
    return words[: schema.get("maxLength", 30)]


def _is_of(value: Any, kind: str) -> bool:
    return {"integer": isinstance(value, int), "number": isinstance(value, int | float), "string": isinstance(value, str)}.get(kind, False)
