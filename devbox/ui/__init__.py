"""How things look: live view, plain lines, JSON; the only place that imports Rich. Knows nothing of `cli`."""
