-- The size a pool is to have. ARGV: its name, its count. A count other than the recorded one is a new wish.
local key = P .. 'devbox:pool:' .. ARGV[1]
local recorded, wanted = unpack(redis.call('HMGET', key, 'count', 'wanted'))
if recorded ~= ARGV[2] then
  may_write()
  redis.call('HSET', key, 'count', ARGV[2], 'wanted', ARGV[2])
  return tonumber(ARGV[2])
end
return tonumber(wanted) or tonumber(ARGV[2])
