-- The workers of ours that have not shown themselves for their lease, for one asker at a time.
-- ARGV: the asker's nonce, how long nobody else need ask (milliseconds). Gives {nonce, worker, nonce, worker...}.
local _, now = clock()
may_write()
if not redis.call('SET', P .. 'devbox:recovering', ARGV[1], 'NX', 'PX', ARGV[2]) then return {} end
local since = (redis.call('GET', P .. 'devbox:pulse') or ''):match('^(%d+) ')
local dead = {}
local lives = redis.call('HGETALL', P .. 'devbox:workers')
for at = 1, #lives, 2 do
  local seen, lease, worker = lives[at + 1]:match('^(%d+) (%d+) (.*)$')
  local quiet = seen and now - tonumber(seen)
  if seen and quiet > tonumber(lease) and since and now - tonumber(since) >= tonumber(lease) then
    dead[#dead + 1] = lives[at]
    dead[#dead + 1] = worker
  end
end
return dead
