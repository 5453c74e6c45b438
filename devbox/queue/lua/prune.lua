-- Remove a dead worker of somebody else's, and file what it was working on; only while it still looks as it was seen.
-- ARGV: worker, its heartbeat as seen, its record as seen or '', the failure or ''. Gives 1 or 0.
local worker, beat, seen, failure = unpack(ARGV)
local working = P .. 'worker:' .. worker
may_write()
if redis.call('HGET', P .. 'workers:heartbeat', worker) ~= beat then return 0 end
if (redis.call('GET', working) or '') ~= seen then return 0 end
if failure ~= '' then
  redis.call('RPUSH', P .. 'failed', failure)
  redis.pcall('INCR', P .. 'stat:processed')
  redis.pcall('INCR', P .. 'stat:failed')
end
redis.call('SREM', P .. 'workers', worker)
redis.call('HDEL', P .. 'workers:heartbeat', worker)
redis.call('DEL', working, working .. ':started', P .. 'stat:processed:' .. worker, P .. 'stat:failed:' .. worker)
return 1
