-- Put a failure's job into its queue again and note it on the record, only while the record is what was seen.
-- ARGV: the failure list's key, index, record, record with `retried_at`, queue, payload. Gives 1, 0, -1 (no queue), or -2
-- (a delayed queue in which another one just like it waits).
local list, index, seen, marked, queue, payload = unpack(ARGV)
local key = P .. 'queue:' .. queue
local kind = redis.call('TYPE', key).ok
if kind ~= 'none' and kind ~= 'list' and kind ~= 'zset' then return -1 end
local at = tonumber(index)
if redis.call('LINDEX', list, at) ~= seen then
  at = nil
  for position, record in ipairs(redis.call('LRANGE', list, 0, -1)) do
    if record == seen then at = position - 1 break end
  end
  if not at then return 0 end
end
if kind == 'zset' then
  local _, now = clock()
  if not put_due(key, payload, int(now)) then return -2 end
else
  redis.call('RPUSH', key, payload)
end
redis.pcall('SADD', P .. 'queues', queue)
redis.call('LSET', list, at, marked)
return 1
