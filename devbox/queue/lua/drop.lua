-- Delete keys and say how many jobs or failures were in them. ARGV: keys...
local dropped = 0
for _, key in ipairs(ARGV) do
  local kind = redis.call('TYPE', key).ok
  dropped = dropped + (kind == 'list' and redis.call('LLEN', key) or kind == 'zset' and redis.call('ZCARD', key) or 0)
  redis.call('DEL', key)
end
return dropped
