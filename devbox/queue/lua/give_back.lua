-- Put a claimed job back at the head of its queue, raw; only while the envelope lies where it was seen.
-- ARGV: nonce, worker, envelope, queue, raw, score, deliveries that count against it (0: it was never begun).
-- Gives 1, 0 when somebody was faster, -1 when its queue's key is no queue any more.
local nonce, worker, envelope, queue, raw, score, deliveries = unpack(ARGV)
local key = P .. 'queue:' .. queue
local kind = redis.call('TYPE', key).ok
if kind ~= 'none' and kind ~= 'list' and kind ~= 'zset' then return -1 end
may_write()
if redis.call('LREM', P .. 'devbox:inflight:' .. nonce, 1, envelope) == 0 then return 0 end
if deliveries ~= '0' then
  local returned = P .. 'devbox:returned'
  local field = returned_field(queue, raw)
  local others = redis.call('HGET', returned, field)
  redis.call('HSET', returned, field, others and (deliveries .. ',' .. others) or deliveries)
  redis.call('EXPIRE', returned, 604800)
end
if kind == 'zset' or (kind == 'none' and score ~= '') then
  redis.call('ZADD', key, score ~= '' and score or '0', raw)
else
  redis.call('LPUSH', key, raw)
end
redis.call('SADD', P .. 'queues', queue)
redis.call('DEL', P .. 'worker:' .. worker)
return 1
