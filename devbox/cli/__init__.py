"""The front door: one file per verb; parses, calls one operation, hands its result to `ui`."""
