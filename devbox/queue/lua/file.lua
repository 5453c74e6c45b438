-- File a failure that is no claimed job's. ARGV: nonce, worker, failure.
may_write()
redis.call('RPUSH', P .. 'failed', ARGV[3])
count('processed', ARGV[2])
count('failed', ARGV[2])
return 1
