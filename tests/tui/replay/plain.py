"""Any object as a value that can be compared: what a model knows, whatever it is made of."""

from collections import deque
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum


def plain(value: object) -> object:
    """Objects as their type's name and their attributes, all the way down."""
    if value is None or isinstance(value, str | int | float | bytes | Enum):
        return value
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | deque):
        return [plain(one) for one in value]
    if isinstance(value, set | frozenset):
        return set(value)
    if callable(value):
        return "a function"
    if is_dataclass(value):
        told = {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        return (type(value).__name__, told)
    return (type(value).__name__, {name: plain(one) for name, one in vars(value).items()})
