"""The errors a user can meet. Every one says what happened and, in `hint`, what to do next.

AdvisorError
├── UsageError          options that do not fit together
├── ConfigError         advisor.toml, a rule folder, a decisions or baseline file that cannot be used
├── InputError          a source that cannot be read, or in which nothing was recognised
├── ConnectionFailed    a database that refuses, times out or lacks a permission
├── ServerMissing       no PostgreSQL server could be started for the statistics twin
├── NotPlannable        one statement that the planner refuses; counted and listed, never fatal by itself
└── Refused             a migration with an unwaived error: nothing is written

They are caught once, in `advisor.cli.app.main`, printed in two lines, and end the program with exit code 2.
"""


class AdvisorError(Exception):
    """What happened (`message`, one sentence) and what to do next (`hint`, may be empty)."""

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(AdvisorError):
    """Options that do not fit together."""


class ConfigError(AdvisorError):
    """A file of ours (configuration, rule, decisions, baseline, report) that cannot be used."""


class InputError(AdvisorError):
    """A source that cannot be read or in which nothing was recognised."""


class ConnectionFailed(AdvisorError):
    """A database that refuses the connection, times out or lacks a permission."""


class ServerMissing(AdvisorError):
    """No server for the statistics twin could be found or started."""


class NotPlannable(AdvisorError):
    """One statement that the planner refuses; callers count it under `skipped`."""


class Refused(AdvisorError):
    """A migration that did not pass review; nothing was written."""

    exit_code = 1
