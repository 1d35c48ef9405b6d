"""What an order may ask for: sizes, prices and tags, each refused with a sentence that says what to write instead."""

import math

from strategies.engine.actions import MAX_TAG
from strategies.engine.errors import OrderRefused
from strategies.engine.prices import INFINITY

MAX_SIZE = 1e15  # units: nothing real is larger
_NO_NUMBERS = (bool, str)


def number_of(name: str, value: object) -> float:
    """The value as a float; raises OrderRefused."""
    if value.__class__ is float:
        return value
    if isinstance(value, _NO_NUMBERS):
        raise OrderRefused(f"order-{name}", f"{name} has to be a number, not {value!r}.")
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError) as error:
        raise OrderRefused(f"order-{name}", f"{name} has to be a number, not a {type(value).__name__}.") from error


def checked_size(size: object) -> float:
    """The size as a float; raises OrderRefused."""
    number = number_of("size", size)
    if 0 < number < 1 or -1 < number < 0:
        return number
    if math.isnan(number):
        raise OrderRefused("order-size", "size is NaN: an indicator has no value yet. Check it before ordering.")
    if abs(number) > MAX_SIZE:
        raise OrderRefused("order-size-absurd", f"size={number:g} units is more than anybody can trade.")
    if not (abs(number) >= 1 and number == int(number)):
        raise OrderRefused(
            "order-size",
            f"size={abs(number):g} is neither a fraction of equity (above 0 and below 1, such as 0.5) "
            "nor a whole number of units.",
        )
    return number


def checked_price(name: str, price: object) -> float | None:
    """The price as a float, or None; raises OrderRefused."""
    if price is None:
        return None
    number = number_of(name, price)
    if 0 < number < INFINITY:
        return number
    if math.isnan(number):
        raise OrderRefused("order-price", f"{name} is NaN: an indicator has no value yet. Check it before ordering.")
    raise OrderRefused("order-price", f"{name}={number:g} is no price: it has to be above 0 and finite.")


def check_tag(tag: object) -> None:
    """Raise OrderRefused unless the tag is a short printable text or a finite number."""
    if isinstance(tag, str):
        if len(tag) > MAX_TAG or not tag.isprintable():
            raise OrderRefused("order-tag", f"tag has to be printable and of at most {MAX_TAG} characters.")
    elif not isinstance(tag, int | float):
        raise OrderRefused("order-tag", f"tag has to be a text or a number, not a {type(tag).__name__}.")
    elif not abs(tag) < MAX_SIZE:
        raise OrderRefused("order-tag", "tag has to be a text or a finite number below 10**15.")


def check_sides(buys: bool, price: float, sl: float | None, tp: float | None) -> None:
    """Raise OrderRefused unless stop-loss and target are on their sides of the price."""
    below, above = (sl, tp) if buys else (tp, sl)
    if (-INFINITY if below is None else below) < price < (INFINITY if above is None else above):
        return
    sides = "buy needs sl below and tp above" if buys else "sell needs sl above and tp below"
    raise OrderRefused(
        "order-wrong-side",
        f"{sides} the price {price:g} (limit, stop or newest close); they are sl={sl} and tp={tp}.",
    )
