-- Put a claimed job back at the head of its queue, raw; only while the envelope lies where it was seen.
-- ARGV: nonce, worker, envelope, queue, raw, score, deliveries that count against it (0: it was never begun).
-- Gives 1, 0 when somebody was faster, -1 when it cannot go back: its queue's key is no queue any more, or is a delayed
-- one in which another one just like it waits.
local nonce, worker, envelope, queue, raw, score, deliveries = unpack(ARGV)
local inflight = P .. 'devbox:inflight:' .. nonce
local key = P .. 'queue:' .. queue
local kind = redis.call('TYPE', key).ok
if kind ~= 'none' and kind ~= 'list' and kind ~= 'zset' then return -1 end
may_write()
if not holds(inflight, envelope) then return 0 end
if kind == 'zset' or (kind == 'none' and score ~= '') then
  if not put_due(key, raw, score ~= '' and score or '0') then return -1 end
else
  redis.call('LPUSH', key, raw)
end
redis.call('LREM', inflight, 1, envelope)
redis.pcall('SADD', P .. 'queues', queue)
if deliveries ~= '0' then
  local returned = P .. 'devbox:returned'
  local field = returned_field(queue, raw)
  local others = redis.pcall('HGET', returned, field)
  redis.pcall('HSET', returned, field, type(others) == 'string' and (deliveries .. ',' .. others) or deliveries)
  redis.pcall('EXPIRE', returned, 604800)
end
if not lives_again(nonce, worker) then redis.call('DEL', P .. 'worker:' .. worker) end
return 1
