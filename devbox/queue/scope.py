"""Whether a job is under way in this very process: only then may a signal's handler raise something into it."""

from __future__ import annotations

under_way = False
"""Set by `child.attempt` around a job; an exception raised before or after it would change how its end is told."""
