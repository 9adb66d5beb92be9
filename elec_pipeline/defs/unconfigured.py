"""What `dagster.yaml` names by class alone, because our settings say the rest.

Here: how Dagster makes such an object. Not here: the objects (`instance_storage`, `scrubbed`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from dagster._config.config_schema import UserConfigSchema
from dagster._serdes import ConfigurableClassData


class Unconfigured:
    """Mixed in before one of Dagster's configurable classes: it takes its arguments from our settings."""

    @classmethod
    def arguments(cls) -> dict[str, Any]:
        """Return the arguments of the class, but for `inst_data`."""
        raise NotImplementedError

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        """Return the configuration it takes: none."""
        return {}

    @classmethod
    def from_config_value(
        cls,
        inst_data: ConfigurableClassData | None,
        config_value: Mapping[str, Any],  # noqa: ARG003 - Dagster passes it by name
    ) -> Self:
        """Make the object; Dagster calls this when it reads `dagster.yaml`, in each of its processes."""
        return cls(inst_data=inst_data, **cls.arguments())  # type: ignore[call-arg]
