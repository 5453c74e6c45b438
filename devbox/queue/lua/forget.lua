-- Unregister a worker that has nothing in flight: what Resque's `unregister_worker` removes, and what is ours.
-- ARGV: nonce, worker. Gives 1, or 0 when something is in flight.
local nonce, worker = unpack(ARGV)
may_write()
if redis.call('LLEN', P .. 'devbox:inflight:' .. nonce) > 0 then return 0 end
redis.call('HDEL', P .. 'devbox:workers', nonce)
if lives_again(nonce, worker) then return 1 end
redis.call('SREM', P .. 'workers', worker)
redis.call('HDEL', P .. 'workers:heartbeat', worker)
redis.call('DEL', P .. 'worker:' .. worker, P .. 'worker:' .. worker .. ':started',
  P .. 'stat:processed:' .. worker, P .. 'stat:failed:' .. worker)
return 1
