"""What config/wiring.py plugs together fits: every path leads to something, of the shape its caller expects."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module

import pytest
from django.utils.module_loading import import_string

from config.celery import app
from config.wiring import BEAT_SECONDS, EVENT_HANDLERS, PORTS
from tests.architecture.house import FLOORS, module_of, sources, told

HANDLERS = sorted({path for paths in EVENT_HANDLERS.values() for path in paths})
# Which floor tells what is not told by the ground floor.
TOLD_BY = {"member": "members", "conversion": "referrals", "commission": "commissions", "payout": "commissions"}
FILLED = [(name, path) for name, paths in PORTS.items() for path in ([paths] if isinstance(paths, str) else paths)]


def floor_of(path: str) -> int:
    """How high something lives."""
    return FLOORS.index(path.split(".", maxsplit=1)[0])


@pytest.mark.parametrize("path", HANDLERS)
def test_a_handler_takes_the_events_and_nothing_else(path):
    handler = import_string(path)
    (events,) = inspect.signature(handler).parameters.values()
    assert events.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert inspect.signature(handler).return_annotation in {None, "None"}


def declared_ports() -> dict[str, Callable]:
    """Every port a floor declares, by its dotted name."""
    found = {}
    for path in sources(*FLOORS):
        if path.name == "ports.py" and path.parent.name != "mall":
            module = import_module(module_of(path))
            for name, value in vars(module).items():
                if getattr(value, "__qualname__", "") == "port.<locals>.ask":
                    found[f"{module.__name__}.{name}"] = value
    return found


# Filled by an installation in settings of its own; until then the default refuses.
FOR_THE_INSTALLATION = {"mall.buyers.ports.send_sms"}


def test_every_port_that_is_declared_is_filled_and_no_other():
    assert set(declared_ports()) - FOR_THE_INSTALLATION == set(PORTS)


def test_a_port_is_called_what_it_is_looked_up_by():
    """port("a.b", …) finds its filling by that name: a slip would leave the default in force for ever."""
    for name, ask in declared_ports().items():
        assert inspect.getclosurevars(ask).nonlocals["name"] == name


@pytest.mark.parametrize(("name", "path"), FILLED)
def test_a_filling_takes_what_the_port_gives(name, path):
    default = inspect.getclosurevars(declared_ports()[name]).nonlocals["default"]
    filling = import_string(path)
    given = list(inspect.signature(default).parameters.values())
    positional = [object() for parameter in given if parameter.kind is not inspect.Parameter.KEYWORD_ONLY]
    named = {parameter.name: object() for parameter in given if parameter.kind is inspect.Parameter.KEYWORD_ONLY}
    inspect.signature(filling).bind(*positional, **named)
    least = [
        object() for parameter in given if parameter.default is inspect.Parameter.empty and parameter.name not in named
    ]
    inspect.signature(filling).bind(*least, **named)


@pytest.mark.parametrize(("name", "path"), FILLED)
def test_a_port_is_filled_from_above_or_from_another_room(name, path):
    """From below it would be an import; on the same floor it is for rooms that build on the asking one."""
    assert floor_of(path) >= floor_of(name)
    assert path.split(".")[:2] != name.split(".")[:2]


@pytest.mark.parametrize("path", HANDLERS)
def test_a_handler_lives_on_or_above_the_floor_it_hears(path):
    for kind, paths in EVENT_HANDLERS.items():
        if path in paths:
            ground = {
                "member": "members",
                "conversion": "referrals",
                "commission": "commissions",
                "payout": "commissions",
            }
            assert floor_of(path) >= floor_of(ground.get(kind.split(".")[0], "mall")), kind


def test_every_beat_rings_a_task_there_is():
    app.loader.import_default_modules()
    assert set(BEAT_SECONDS) - set(app.tasks) == set()
    for name, seconds in BEAT_SECONDS.items():
        assert seconds >= 1, name


def test_every_task_of_the_floors_is_found_by_the_worker():
    app.loader.import_default_modules()
    for path in sources(*FLOORS):
        if path.name == "tasks.py":
            assert any(task.startswith(module_of(path)) for task in app.tasks), told(path)
