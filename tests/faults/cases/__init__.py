"""The faults, by family; a module registers its cases when it is imported."""

from importlib import import_module

FAMILIES = (
    "kills",
    "sends",
    "stops",
    "processes",
    "database",
    "doorbell",
    "clients",
    "model",
)  # in the order of the table


def load() -> None:
    for family in FAMILIES:
        import_module(f"{__name__}.{family}")
