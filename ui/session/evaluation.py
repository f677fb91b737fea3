"""The verbs of the evaluation: start, stop, look at the reports."""

from __future__ import annotations

from collections.abc import Sequence

from ui.html.evaluation import evaluation
from ui.jobs.evaluation_job import Measuring
from ui.session.actions import Act
from ui.session.reply import Reply, Sent


class Evaluation:
    """The evaluations of a page."""

    def __init__(self, measuring: Measuring) -> None:
        self.measuring = measuring

    @property
    def verbs(self) -> dict[str, Act]:
        """What each verb does."""
        return {
            "evaluation": self.show,
            "measure-bundled": self.bundled,
            "measure-corrected": self.corrected,
            "stop-measuring": self.stop,
            "withdraw": self.withdraw,
        }

    def show(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Show the reports and the corrections."""
        measuring = self.measuring
        shown = evaluation(measuring.reports.listed(), measuring.corrections.rows(), bundled=measuring.has_bundled())
        return Reply(parts={"evaluation": shown})

    def bundled(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Ask the bundled questions."""
        self.measuring.bundled()
        return Reply()

    def corrected(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Ask the corrected questions."""
        self.measuring.corrected()
        return Reply()

    def stop(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Stop the current evaluation."""
        self.measuring.stop()
        return Reply()

    def withdraw(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Take a correction back."""
        self.measuring.corrections.remove(arguments[0])
        return self.show(sent, ())
