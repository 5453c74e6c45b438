-- The size a pool is to have. ARGV: its name, its count, '1' when it starts. A start with another count than the recorded
-- one is a new wish; what `queue scale` has written meanwhile, or before any start, holds.
local key = P .. 'devbox:pool:' .. ARGV[1]
local recorded, wanted = unpack(redis.call('HMGET', key, 'count', 'wanted'))
if not wanted or (ARGV[3] == '1' and recorded and recorded ~= ARGV[2]) then wanted = ARGV[2] end
if not recorded or ARGV[3] == '1' then
  may_write()
  redis.call('HSET', key, 'count', ARGV[2], 'wanted', wanted)
end
return tonumber(wanted) or tonumber(ARGV[2])
