"""The run file: a run as JSON, and back. Its schema is docs/run-file-1.schema.json.

The fields are those of `gridcli.core.run.model`; a histogram is HdrHistogram's compressed text with
its percentiles beside it, for those who read no histograms.
Reading checks every field and says where one is wrong. Not here: opening files.
"""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

import orjson

from ..errors import GridError
from ..latency import Latency
from .model import FORMAT, Run
from .seen import METRICS, Seen

_PERCENTILES = (50, 90, 95, 99, 99.9)

KIND = "gridcli_run"
"""The field that says what the file is; its value is the version of the format."""


class BadRun(GridError):
    """Not a run file, or one of another version; `str()` says what and where."""


def encode_run(run: Run) -> bytes:
    """The file's content."""
    return orjson.dumps(_plain(run), option=orjson.OPT_INDENT_2) + b"\n"


def decode_run(content: bytes) -> Run:
    """Read a file's content. Raises `BadRun`."""
    try:
        data = orjson.loads(content)
    except ValueError as error:
        raise BadRun(f"not JSON: {error}") from None
    if not isinstance(data, dict) or KIND not in data:
        raise BadRun(f"not a run file: it has no {KIND!r}")
    return cast(Run, _read(Run, data, "run"))


def to_plain(value: object) -> Any:
    """Any part of a run, as plain JSON values."""
    return _plain(value)


def from_plain(kind: type[Any], value: object) -> Any:
    """A part of a run, from plain JSON values. Raises `BadRun`."""
    return _read(kind, value, kind.__name__.lower())


def schema() -> dict[str, Any]:
    """The JSON schema of the file, made from the model."""
    whole = _schema_of_fields(Run)
    whole["properties"] = {KIND: {"const": FORMAT}, **whole["properties"]}
    whole["required"] = [KIND, *whole["required"]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"gridcli run file, version {FORMAT}",
        **whole,
    }


def _plain(value: object) -> Any:
    if isinstance(value, Latency):
        figures = {f"p{p:g}": value.percentile_ms(p) for p in _PERCENTILES} if len(value) else {}
        return {"count": len(value), **figures, "max": value.max_ms, "hdr": value.encode()}
    if isinstance(value, Seen):
        return {name: _plain(getattr(value, name)) for name in METRICS}
    if is_dataclass(value):
        # Also within another one: what is cut out of a file is a run file.
        kind = {KIND: FORMAT} if isinstance(value, Run) else {}
        return kind | {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return value


def _read(kind: Any, value: object, where: str) -> Any:
    origin, args = get_origin(kind), get_args(kind)
    if kind is object:
        return value
    if origin in (Union, types.UnionType):
        if value is None and type(None) in args:
            return None
        return _read_any([arg for arg in args if arg is not type(None)], value, where)
    if kind is Latency:
        try:
            return Latency.decode(_typed(str, _typed(dict, value, where).get("hdr"), where))
        except ValueError as error:
            raise BadRun(f"{where}: {error}") from None
    if kind is Seen:
        return _read_seen(value, where)
    if is_dataclass(kind):
        data = _typed(dict, value, where)
        if kind is Run and data.get(KIND) != FORMAT:
            version = data.get(KIND)
            raise BadRun(f"a run file of version {version}; this gridcli reads version {FORMAT}")
        return _read_fields(kind, data, where)
    if origin is list:
        items = enumerate(_typed(list, value, where))
        return [_read(args[0], item, f"{where}[{n}]") for n, item in items]
    if origin in (dict, Mapping):
        items = _typed(dict, value, where).items()
        return {key: _read(args[1], item, f"{where}.{key}") for key, item in items}
    return _typed(kind, value, where)


def _read_any(kinds: list[Any], value: object, where: str) -> Any:
    for kind in kinds[:-1]:
        try:
            return _read(kind, value, where)
        except BadRun:
            continue
    return _read(kinds[-1], value, where)


def _read_seen(value: object, where: str) -> Seen:
    data, seen = _typed(dict, value, where), Seen()
    for name in METRICS:
        if name not in data:
            raise BadRun(f"{where}.{name} is missing")
        setattr(seen, name, _read(Latency, data[name], f"{where}.{name}"))
    return seen


def _read_fields(kind: Any, data: Mapping[str, object], where: str) -> Any:
    hints, values = get_type_hints(kind), {}
    for each in fields(kind):
        if each.name in data:
            values[each.name] = _read(hints[each.name], data[each.name], f"{where}.{each.name}")
        elif each.default is MISSING and each.default_factory is MISSING:
            raise BadRun(f"{where}.{each.name} is missing")
    return kind(**values)


def _typed(kind: type, value: object, where: str) -> Any:
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise BadRun(f"{where} must be {_NAMES.get(kind, kind.__name__)}")
    return value


_NAMES = {
    str: "a string",
    int: "an integer",
    float: "a number",
    bool: "true or false",
    dict: "an object",
    list: "a list",
}
_SCHEMAS: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    object: {},
    Latency: {
        "type": "object",
        "description": "A distribution; the percentiles are in ms, and repeat what is in hdr.",
        "properties": {
            "count": {"type": "integer", "minimum": 0},
            **{f"p{p:g}": {"type": "number"} for p in _PERCENTILES},
            "max": {"type": ["number", "null"]},
            "hdr": {
                "type": "string",
                "description": "HdrHistogram, V2, compressed, base64, in µs; empty for no samples",
            },
        },
        "required": ["count", "max", "hdr"],
    },
}


def _schema(kind: Any) -> dict[str, Any]:
    origin, args = get_origin(kind), get_args(kind)
    if kind in _SCHEMAS:
        return dict(_SCHEMAS[kind])
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema(arg) for arg in args]}
    if origin is list:
        return {"type": "array", "items": _schema(args[0])}
    if origin in (dict, Mapping):
        return {"type": "object", "additionalProperties": _schema(args[1])}
    if kind is Run:
        return {"$ref": "#"}
    return _schema_of_fields(kind)


def _schema_of_fields(kind: Any) -> dict[str, Any]:
    if kind is Seen:
        properties = {name: _schema(Latency) for name in METRICS}
    else:
        hints = get_type_hints(kind)
        properties = {each.name: _schema(hints[each.name]) for each in fields(kind)}
    return {"type": "object", "properties": properties, "required": list(properties)}
