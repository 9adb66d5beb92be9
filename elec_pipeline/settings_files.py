"""Secrets from files: `DATABASE_URL_FILE=/run/secrets/database_url` instead of `DATABASE_URL`.

Containers and service managers hand secrets over as files, which stand in no environment and no process list.

Here: the base class of the settings, which reads for each secret the file that `<NAME>_FILE` names. Not here:
which settings there are (`settings`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsError

SUFFIX = "_FILE"
_MOST_BYTES = 64 * 1024
"""No secret is longer; a wrong path may lead to a file that is."""


class SecretFileError(SettingsError):
    """A file holds no secret; the message is the sentence for the user.

    None of our own errors, which take secrets out of their words and would need the settings for it.
    """


class SettingsWithFiles(BaseSettings):
    """Settings whose secrets may stand in files."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return where settings come from: arguments, files of secrets, the environment, `.env`."""
        del file_secret_settings  # a folder that holds all; ours are named one by one
        named = [each for each in (env_settings, dotenv_settings) if isinstance(each, EnvSettingsSource)]
        return init_settings, SecretFiles(settings_cls, named), env_settings, dotenv_settings

    def secret_values(self) -> Iterator[str]:
        """Yield the values that are secrets, and those that may hold one."""
        for _, value in self:
            if isinstance(value, SecretStr):
                yield value.get_secret_value()
            elif isinstance(value, str) and "://" in value:
                yield value


class SecretFiles(PydanticBaseSettingsSource):
    """Reads the files that `<NAME>_FILE` names, for settings that are secrets.

    Args:
        settings_cls: The settings.
        named: The environment and `.env`, the first to count first.
    """

    def __init__(self, settings_cls: type[BaseSettings], named: list[EnvSettingsSource]) -> None:
        super().__init__(settings_cls)
        self._named = named

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return what the file of a setting holds; None where none is named.

        Raises:
            SecretFileError: It cannot be read, or the setting is given directly as well.
        """
        if field.annotation is not SecretStr:
            return None, field_name, False
        path = self._given(f"{field_name}{SUFFIX.lower()}").strip()
        if not path:
            return None, field_name, False
        name = field_name.upper()
        if self._given(field_name):
            raise SecretFileError(f"{name} and {name}{SUFFIX} are both set: unset one of them.")
        return _content(f"{name}{SUFFIX}", path), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return the settings that files hold, by name."""
        found = {}
        for name, field in self.settings_cls.model_fields.items():
            value, _, _ = self.get_field_value(field, name)
            if value is not None:
                found[name] = value
        return found

    def _given(self, name: str) -> str:
        return next((value for each in self._named if (value := each.env_vars.get(name))), "")


def _content(setting: str, path: str) -> str:
    """Return what a file holds, without the line break that editors and `echo` leave at its end."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        text = content.decode()
    except OSError as error:
        raise SecretFileError(
            f"{setting} names {path}, which cannot be read ({error.strerror}): it must be a file that this "
            "account may read."
        ) from None
    except UnicodeError:
        raise SecretFileError(f"{setting} names {path}, which is no text in UTF-8.") from None
    if len(content) > _MOST_BYTES:
        raise SecretFileError(f"{setting} names {path}, which is too large to hold a secret.")
    return text.removesuffix("\n").removesuffix("\r")
