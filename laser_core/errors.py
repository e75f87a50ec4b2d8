"""What a user can do wrong, and what can go wrong around us: one sentence each, no traceback."""


class LaserError(Exception):
    """An error a user can act on; its text says what was given, what is allowed and what to do.

    The command line prints the text and ends with exit code 2; a page shows it in a box.
    """


class ConfigError(LaserError):
    """A setting, or two settings together, that cannot be run."""


class PoolError(LaserError):
    """Pictures or classes that are missing, unreadable or too few."""


class LLMError(LaserError):
    """The language model could not be reached, or refused."""


class LLMReplyError(LLMError):
    """The language model answered, but not with what was asked for."""


class VLMError(LaserError):
    """The vision-language model or its weights cannot be used."""


class CacheError(LaserError):
    """The embedding cache cannot be read or written."""


class StoreError(LaserError):
    """The run's folder or database cannot be read or written."""


class LessonError(LaserError):
    """A run lacks what a card of the lesson shows, or an answer given there cannot be read."""


class JobError(LaserError):
    """A background job cannot be started, or was lost."""
