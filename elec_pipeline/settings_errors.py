"""Settings that make no sense, in one sentence each.

Here: from what the validation says to what the user reads. Not here: the rules themselves (`settings`,
`settings_values`). No value of a secret is shown.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping
from enum import Enum

import annotated_types
from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from elec_pipeline.errors import ConfigurationError
from elec_pipeline.settings_values import sentence


def explain(error: ValidationError, fields: Mapping[str, FieldInfo]) -> ConfigurationError:
    """Return one sentence for each bad setting, a line each: its name, what it is, what is allowed.

    Args:
        error: What the validation says.
        fields: The settings by name.
    """
    found = error.errors(include_url=False, include_context=False)
    return ConfigurationError("\n".join(dict.fromkeys(_sentence(each, fields) for each in found)))


def allowed(field: FieldInfo) -> str:
    """Return what a setting may be, from its type.

    Example:
        >>> from pydantic import Field
        >>> allowed(FieldInfo.from_annotation(bool)), allowed(FieldInfo.from_annotation(int))
        ('true or false', 'a whole number')
    """
    kind = field.annotation
    if isinstance(kind, type) and issubclass(kind, Enum):
        words = [str(each.value) or "empty" for each in kind]
        return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
    if kind is bool:
        return "true or false"
    if kind is int:
        least = next((each.ge for each in field.metadata if isinstance(each, annotated_types.Ge)), None)
        most = next((each.le for each in field.metadata if isinstance(each, annotated_types.Le)), None)
        return "a whole number" if least is None or most is None else f"a whole number from {least} to {most}"
    return "a text in UTF-8"


def _sentence(found: ErrorDetails, fields: Mapping[str, FieldInfo]) -> str:
    if found["type"] == "value_error":  # of ours: whole sentences
        return found["msg"].removeprefix("Value error, ")
    name = str(found["loc"][0]).lower() if found["loc"] else ""
    field = fields.get(name)
    if field is None:
        return f"The settings make no sense: {found['msg']}."
    if SecretStr in (field.annotation, *typing.get_args(field.annotation)):
        return f"{name.upper()} cannot be used: it must be {allowed(field)}."
    return sentence(name, found["input"], allowed(field))
