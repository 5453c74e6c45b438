"""An engine in memory, for tests that need no Docker; the contract suite keeps it honest."""
