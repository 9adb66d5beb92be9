"""Typed exceptions: one per thing a caller can do something about.

Every message says what happened, where, and what to do. No message ever holds a secret: URLs are
redacted before they get here, and what an outside program said loses our secrets here.
"""

from elec_pipeline.redaction import scrub


class ElecError(Exception):
    """Base of every error this package raises on purpose; none carries a secret of ours, whoever said it."""

    def __init__(self, *args: object) -> None:
        super().__init__(*(scrub(arg) if isinstance(arg, str) else arg for arg in args))


class ConfigurationError(ElecError):
    """A setting is missing or makes no sense; the message names the variable."""


class SourceError(ElecError):
    """An outside source did not give what was asked for.

    Attributes:
        status: HTTP status of the reply that says so, where there was one.
    """

    status: int | None = None


class SourceRefusedError(SourceError):
    """The source refuses our credentials or our subscription (401, 403): trying again cannot help."""


class SourceRequestError(SourceError):
    """The source calls our request wrong (another 4xx): trying again cannot help."""


class SourceUnavailableError(SourceError):
    """The source did not answer properly after every retry (429, 5xx, time-out, broken body).

    Attributes:
        retry_after_s: Seconds the source asks to wait before the next try, where it says so.
    """

    retry_after_s: float | None = None


class SourceReplyError(SourceUnavailableError):
    """The reply is not what the source's protocol says: a page, cut off, keys missing, values of another type.

    The one error for this, of every source and every kind of reply. It may pass, as a gateway's page does.
    """


class SourceQuotaError(SourceError):
    """The source's quota of the hour or the day is used up: trying again helps only once that is over."""


class ImportFormatError(ElecError):
    """A file or a database is not of a form that can be imported; the message says what to do."""


class NothingImportedError(ElecError):
    """An import was read, and nothing of it is of use; the message says why."""


class RowsUnaccountedForError(ElecError):
    """An import lost sight of rows: a fault of ours."""


class StoreError(ElecError):
    """The database did not do what was asked."""


class StoreUnavailableError(StoreError):
    """The database cannot be reached; the message has the host and the reason, never the password."""


class EmbeddedServerError(StoreError):
    """The embedded PostgreSQL server cannot be started or stopped."""


class ForecastError(ElecError):
    """No forecast can be issued."""


class ContextTooThinError(ForecastError):
    """Less than half of the week before the issue time is known."""


class ModelUnavailableError(ForecastError):
    """The model in use, or one named, is missing, broken or of an unsafe format.

    Attributes:
        reason: What is wrong with the checkpoint, without what to do about it, where that is known.
    """

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = scrub(reason)


class InvalidForecastError(ForecastError):
    """A model's output is not finite or of the wrong shape: it is used nowhere and stored nowhere."""


class ImplausibleForecastError(ForecastError):
    """No expert's forecast of an issue is plausible: none is published."""


class TooFewDaysError(ForecastError):
    """Too few complete days are known to train on, to choose by and to compare on."""


class RegistryError(ElecError):
    """The registry of models does not hold what was asked for."""


class UnfitRecipeError(ForecastError):
    """A recipe asks of a model what its family cannot do, such as covariates of a Chronos-Bolt."""


class TrainingError(ForecastError):
    """A training run cannot begin, or came to nothing."""


class ChallengerUnavailableError(ForecastError):
    """Gradient boosting cannot be fitted: LightGBM is missing, or there is too little to learn from."""


class BackTestError(ForecastError):
    """A back-test cannot be made of what there is; the message says what is missing."""


class PortInUseError(ElecError):
    """Something else listens on a port that is needed."""


class AlreadyRunningError(ElecError):
    """A platform runs already with the same state folder, or does not stop when it is asked to."""


class AlertsNotDeliveredError(ElecError):
    """An address of ELEC_ALERTS has not taken a message; it is on record, and sent again."""


class BackupError(ElecError):
    """A backup cannot be made or checked; the message says why, and what to do."""


class DamagedBackupError(BackupError):
    """A file is not a whole backup; nothing was changed."""


class RestoreRefusedError(BackupError):
    """A whole backup may not be restored here; nothing was changed."""
