"""A running Jenkins seen from outside: its version, sign-in, readiness and what its boot says."""
