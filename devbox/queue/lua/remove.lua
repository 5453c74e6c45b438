-- Remove a failure, only while it is what was seen. ARGV: the failure list's key, index, record. Gives 1 or 0.
local list, index, seen = unpack(ARGV)
if redis.call('LINDEX', list, index) == seen then
  -- By its place, without a moment in which others see the tombstone: a script is one step.
  redis.call('LSET', list, index, 'devbox:removed')
  return redis.call('LREM', list, 1, 'devbox:removed')
end
return redis.call('LREM', list, 1, seen)
