"""Laws of the line that tells what failed: every reason once, with its shots, and short however many there are."""

from __future__ import annotations

from flows.failures import MOST_REASONS, MOST_SHOTS, Failure, summary_line


def test_shots_that_failed_for_one_reason_are_told_together() -> None:
    """A reason is told once; stages are told apart; what belongs to no shot has no number."""
    failures = [
        Failure("images", 7, "no answer"),
        Failure("images", 3, "no answer"),
        Failure("videos", 3, "no answer"),
        Failure("images", 5, "refused"),
        Failure("score", 0, "no room"),
    ]
    assert summary_line(failures) == (
        "shots 3 and 7 (images): no answer; shot 3 (videos): no answer; shot 5 (images): refused; score: no room"
    )
    assert summary_line([]) == ""


def test_the_line_stays_short() -> None:
    """A thousand shots that fail alike, or all for different reasons, fill no page; what is not named is counted."""
    alike = summary_line([Failure("images", number, "no answer") for number in range(1, 1001)])
    assert alike.endswith(f"12 and {1000 - MOST_SHOTS} more (images): no answer")
    different = summary_line([Failure("images", number, f"reason {number}") for number in range(1, 1001)])
    assert different.count("reason ") == MOST_REASONS
    assert different.endswith(f"and {1000 - MOST_REASONS} other reasons: see the log")
