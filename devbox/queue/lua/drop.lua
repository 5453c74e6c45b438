-- Delete keys and say how many jobs or failures were in them. ARGV: a queue's name or '', keys...
local queue, dropped = ARGV[1], 0
local returned = P .. 'devbox:returned'
for at = 2, #ARGV do
  local key = ARGV[at]
  local kind = redis.call('TYPE', key).ok
  dropped = dropped + (kind == 'list' and redis.call('LLEN', key) or kind == 'zset' and redis.call('ZCARD', key) or 0)
  -- How often its jobs have been given out goes with them: one just like them that comes later is another one.
  if queue ~= '' and kind == 'list' and redis.call('TYPE', returned).ok == 'hash' then
    for _, raw in ipairs(redis.call('LRANGE', key, 0, -1)) do redis.call('HDEL', returned, returned_field(queue, raw)) end
  end
  redis.call('DEL', key)
end
if queue ~= '' then redis.call('SREM', P .. 'queues', queue) end
return dropped
