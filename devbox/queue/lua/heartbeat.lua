-- Show that a worker lives, by the server's clock, and register it where it is not (any more).
-- ARGV: nonce, worker, lease in milliseconds, its start as Ruby writes it. Gives 1 when it was registered anew.
local nonce, worker, lease, started = unpack(ARGV)
may_write()
local seconds, now = clock()
-- Since when somebody has shown itself without a break: after a pause of Redis itself all look dead, and nobody is.
local pulse = P .. 'devbox:pulse'
local since, last = (redis.call('GET', pulse) or ''):match('^(%d+) (%d+)$')
if not since or now - tonumber(last) > tonumber(lease) / 2 or now < tonumber(last) then since = int(now) end
redis.call('SET', pulse, since .. ' ' .. int(now))
redis.call('HSET', P .. 'devbox:workers', nonce, int(now) .. ' ' .. lease .. ' ' .. worker)
redis.call('HSET', P .. 'workers:heartbeat', worker, iso(seconds))
local new = redis.call('SADD', P .. 'workers', worker)
if new == 1 then redis.call('SET', P .. 'worker:' .. worker .. ':started', started) end
return new
