"""Values of a room: its dataclasses, which are kept and shared by threads, so that nothing of them may be changed."""

import dataclasses
import importlib
import pkgutil
from types import ModuleType

import pytest


def values_of(room: ModuleType) -> list[type]:
    """The dataclasses of the modules of a room."""
    names = [f"{room.__name__}.{module.name}" for module in pkgutil.iter_modules(room.__path__)]
    return [
        value
        for name in names
        for value in vars(importlib.import_module(name)).values()
        if isinstance(value, type) and dataclasses.is_dataclass(value) and value.__module__ == name
    ]


def assert_unchangeable(kind: type) -> None:
    """Nothing of a value can be set, and nothing added to it."""
    made = object.__new__(kind)
    for name in (*(field.name for field in dataclasses.fields(kind)), "something_else"):
        with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):
            setattr(made, name, None)
    assert not hasattr(made, "__dict__")
