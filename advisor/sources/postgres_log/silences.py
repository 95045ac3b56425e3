"""What the settings of a log hide, found out while it is read; becomes the notes of its source."""

from collections.abc import Iterator

FAST_MS = 5.0
FEW_EXECUTIONS = 50
"""When nothing faster than FAST_MS was logged among so many executions, a threshold is set: no real workload is without any."""


class Silences:
    """Counted by `Executions`."""

    def __init__(self) -> None:
        self.sessionless = False
        """A statement was logged apart from its duration, by no session that can be told."""
        self.bare = 0
        """Durations without a statement."""
        self.paired = 0
        """Durations whose statement was found."""
        self.untimed = 0
        self.timed = 0
        self.shortest = float("inf")
        """Of the durations, in milliseconds."""
        self.placeholders = 0
        """Executions with `$1` seen before the first parameters."""
        self.with_parameters = False

    def notes(self) -> Iterator[str]:
        """Sentences for the report."""
        if self.sessionless:
            yield (
                "no session in the log_line_prefix (%p or %c): durations logged apart from their statement, transactions and "
                "loops of one session cannot be known"
            )
        if self.bare and not self.paired:
            yield (
                f"{self.bare} durations without a statement (log_duration without log_statement): what ran is not known; "
                "use log_min_duration_statement"
            )
        if self.untimed and not self.sessionless:
            yield f"{self.untimed} statements have no duration in the log"
        if self.timed >= FEW_EXECUTIONS and self.shortest >= FAST_MS:
            yield (
                f"nothing shorter than {self.shortest:.0f} ms was logged (log_min_duration_statement): "
                "fast statements that run often are not seen"
            )
        if self.placeholders and not self.with_parameters:
            yield "no parameters were logged (log_parameter_max_length): distinct values are unknown"
