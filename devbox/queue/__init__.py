"""A job queue that speaks Resque's protocol: wire format, client, worker, pool. Knows nothing of Docker."""
