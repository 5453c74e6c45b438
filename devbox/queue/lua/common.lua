-- KEYS[1] is what stands before each key: the namespace with its colon.
local P = KEYS[1]

-- Redis that is full refuses the first write of a script when it could need memory. This one needs none, and after
-- it the others are let through: a full queue can still be worked off, and a worker still shows that it lives.
local function may_write()
  redis.call('HDEL', P .. 'devbox:workers', '')
end

local function clock()
  local time = redis.call('TIME')
  return tonumber(time[1]), tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function int(number)
  return string.format('%.0f', number)
end

-- Seconds since 1970 as ISO 8601; Redis' Lua has no dates (days to a date as Howard Hinnant describes it).
local function iso(seconds)
  local days = math.floor(seconds / 86400)
  local rest = seconds - days * 86400
  local z = days + 719468
  local era = math.floor(z / 146097)
  local doe = z - era * 146097
  local yoe = math.floor((doe - math.floor(doe / 1460) + math.floor(doe / 36524) - math.floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
  local mp = math.floor((5 * doy + 2) / 153)
  local month = mp < 10 and mp + 3 or mp - 9
  local year = yoe + era * 400 + (month <= 2 and 1 or 0)
  return string.format('%04d-%02d-%02dT%02d:%02d:%02d+00:00', year, month, doy - math.floor((153 * mp + 2) / 5) + 1,
    math.floor(rest / 3600), math.floor(rest / 60) % 60, rest % 60)
end

-- How often a job has been given out before: kept beside the queue, since the job goes back as it came.
local function returned_field(queue, raw)
  return redis.sha1hex(queue .. '\n' .. raw)
end

-- A counter that is something else is left alone: for its sake no job is to be lost.
local function count(outcome, worker)
  redis.pcall('INCR', P .. 'stat:' .. outcome)
  redis.pcall('INCR', P .. 'stat:' .. outcome .. ':' .. worker)
end

local function holds(inflight, envelope)
  for _, held in ipairs(redis.call('LRANGE', inflight, 0, -1)) do
    if held == envelope then return true end
  end
  return false
end

-- Every job that has ended counts as processed, as Resque counts; one that is filed as failed counts there, too.
-- What is put down comes first and what is taken away last, here and in all scripts: one that fails half-way (a key
-- of another kind, a right that is missing) must not lose a job.
local function settle(inflight, worker, envelope, failure)
  may_write()
  if failure ~= '' then
    if not holds(inflight, envelope) then return 0 end
    redis.call('RPUSH', P .. 'failed', failure)
  end
  if redis.call('LREM', inflight, 1, envelope) == 0 then return 0 end
  count('processed', worker)
  if failure ~= '' then count('failed', worker) end
  return 1
end

-- Whether another life has this worker's id: a restarted container has its host name and process numbers again.
local function lives_again(nonce, worker)
  local lives = redis.call('HGETALL', P .. 'devbox:workers')
  for at = 1, #lives, 2 do
    if lives[at] ~= nonce and lives[at + 1]:match('^%d+ %d+ (.*)$') == worker then return true end
  end
  return false
end

-- After how many milliseconds a job of a delayed queue comes again; nil when it does not.
local function frequency(key, raw)
  local every = redis.pcall('HGET', key .. ':frequency', raw)
  every = type(every) == 'string' and tonumber(every) or 0
  if every > 0 then return int(every) end
end

-- Put a job into a delayed queue, which can hold it once. One that recurs gets one occurrence more; where another
-- one just like it waits for another time, nothing is done and false is given.
local function put_due(key, raw, score)
  local at, every = redis.call('ZSCORE', key, raw), frequency(key, raw)
  if at and every then redis.call('ZINCRBY', key, '-' .. every, raw) return true end
  if at then return at == score end
  redis.call('ZADD', key, score, raw)
  return true
end
