"""How a figure is written in English and in French: the same on the pages and in messages.

Here: signs, separators, decimals. Not here: units and words.
"""

from __future__ import annotations

import math

NARROW_SPACE = "\u202f"
"""Of French thousands, and before its percent sign."""
MINUS = "\u2212"
NO_VALUE = "–"


def figure(value: float | None, decimals: int = 0, *, sign: bool = False, is_french: bool = False) -> str:
    r"""Return a number as people of the language write it; a dash where there is none.

    Args:
        value: None or NaN where there is none.
        decimals: How many.
        sign: Whether a plus is written too.
        is_french: The language, else English.

    Example:
        >>> figure(68123.4), figure(-1234.5, 1, is_french=True), figure(None)
        ('68,123', '−1\u202f234,5', '–')
    """
    if value is None or math.isnan(value):
        return NO_VALUE
    text = f"{abs(value):,.{decimals}f}"
    if is_french:
        text = text.replace(",", NARROW_SPACE).replace(".", ",")
    is_zero = not any(digit in text for digit in "123456789")
    if is_zero or (value > 0 and not sign):
        return text
    return (MINUS if value < 0 else "+") + text
