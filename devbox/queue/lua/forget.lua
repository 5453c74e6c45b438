-- Unregister a worker that has nothing in flight: what Resque's `unregister_worker` removes, and what is ours.
-- ARGV: nonce, worker. Gives 1, or 0 when something is in flight.
local nonce, worker = unpack(ARGV)
may_write()
if redis.call('LLEN', P .. 'devbox:inflight:' .. nonce) > 0 then return 0 end
redis.call('HDEL', P .. 'devbox:workers', nonce)
-- A new life may have the same id: a restarted container has its host name and process numbers again.
for _, life in ipairs(redis.call('HVALS', P .. 'devbox:workers')) do
  if life:match('^%d+ %d+ (.*)$') == worker then return 1 end
end
redis.call('SREM', P .. 'workers', worker)
redis.call('HDEL', P .. 'workers:heartbeat', worker)
redis.call('DEL', P .. 'worker:' .. worker, P .. 'worker:' .. worker .. ':started',
  P .. 'stat:processed:' .. worker, P .. 'stat:failed:' .. worker)
return 1
