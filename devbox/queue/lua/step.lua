-- Settle the last job, where it is still ours, and claim the next: recorded in the same step as it leaves its queue.
-- ARGV: nonce, worker, claim id, last envelope or '', its failure or '', '1' to claim, queues...
-- Gives: {1 settled | 0 it was not ours any more | -1 there was none, 'job' | 'empty' | 'paused' | 'unknown' | 'done',
-- {envelope, its id, queue, deliveries, score} or {}, then 'QUEUE\nTYPE' for each key that is no queue}.
local nonce, worker, id, last, failure, claim = unpack(ARGV, 1, 6)
local inflight = P .. 'devbox:inflight:' .. nonce
local working = P .. 'worker:' .. worker
local settled = -1
if last ~= '' then
  settled = settle(inflight, worker, last, failure)
end

local function idle(state, ...)
  if last ~= '' and (claim == '1' or not lives_again(nonce, worker)) then redis.call('DEL', working) end
  return {settled, state, {}, ...}
end

-- Whether others can read it in a working-on record: an object, and no numbers that cjson alone takes for some (nan,
-- 0x1). What is very large is not taken apart: that would take Redis many times its size.
local function readable(raw)
  if #raw > 1048576 or not raw:find('^%s*{') or not pcall(cjson.decode, raw) then return false end
  local bare = raw:gsub('\\.', ''):gsub('"[^"]*"', '')
  return not bare:lower():find('nan') and not bare:lower():find('inf') and not bare:find('0[xX]')
end

local function record(queue, raw)
  if not readable(raw) then raw = '{"class":null,"args":[]}' end
  local name = cjson.encode(queue):gsub('\\/', '/')
  local run_at = iso((clock())):sub(1, 19) .. 'Z'
  redis.call('SET', working, '{"queue":' .. name .. ',"run_at":"' .. run_at .. '","payload":' .. raw .. '}')
end

-- The deliveries of those that came back first are taken first: they were put at the head in that order.
local function deliveries(queue, raw)
  local key = P .. 'devbox:returned'
  if redis.call('EXISTS', key) == 0 then return 0 end
  local field = returned_field(queue, raw)
  local counts = redis.call('HGET', key, field)
  if not counts then return 0 end
  local first, rest = counts:match('^(%d+),?(.*)$')
  if rest == '' then redis.call('HDEL', key, field) else redis.call('HSET', key, field, rest) end
  return tonumber(first)
end

-- The head comes beside the envelope, so that the worker need not read it out of it.
local function given(envelope, head)
  return {envelope, head.id, head.queue, head.deliveries, head.score}
end

local function take(queue, raw, score)
  may_write()
  local before = deliveries(queue, raw)
  local head = {id = id, queue = queue, deliveries = before + 1, score = score}
  local envelope = cjson.encode(head) .. '\n' .. raw
  redis.call('LPUSH', inflight, envelope)
  record(queue, raw)
  return given(envelope, head)
end

-- Jesque's delayed queue: a zset by milliseconds; what is in the hash `:frequency` comes again after so many.
local function take_due(queue, key)
  local _, now = clock()
  local due = redis.call('ZRANGEBYSCORE', key, '-inf', int(now), 'WITHSCORES', 'LIMIT', 0, 1)
  if not due[1] then return nil end
  local envelope = take(queue, due[1], due[2])
  local every = frequency(key, due[1])
  if every then
    redis.call('ZINCRBY', key, every, due[1])
  else
    redis.call('ZREM', key, due[1])
  end
  return envelope
end

if claim ~= '1' then return idle('done') end
-- A worker that was taken for dead registers first: nobody would look into its in-flight list.
if redis.call('HEXISTS', P .. 'devbox:workers', nonce) == 0 then
  may_write()  -- on what has become a replica this says so
  return idle('unknown')
end
-- A claim whose answer was lost on the way is still ours: it is what there is to do.
local held = redis.call('LINDEX', inflight, 0)
if held then return {settled, 'job', given(held, cjson.decode(held:match('^[^\n]*')))} end
local pause = redis.pcall('GET', P .. 'pause-all-workers')
if type(pause) == 'string' and pause:lower():match('^%s*(.-)%s*$') == 'true' then return idle('paused') end

local wrong = {}
for at = 7, #ARGV do
  local queue = ARGV[at]
  local key = P .. 'queue:' .. queue
  local raw = redis.pcall('LINDEX', key, 0)
  if type(raw) == 'string' then
    local envelope = take(queue, raw, '')
    redis.call('LPOP', key)
    return {settled, 'job', envelope, unpack(wrong)}
  elseif type(raw) == 'table' then
    local kind = redis.call('TYPE', key).ok
    if kind == 'zset' then
      local envelope = take_due(queue, key)
      if envelope then return {settled, 'job', envelope, unpack(wrong)} end
    else
      wrong[#wrong + 1] = queue .. '\n' .. kind
    end
  end
end
return idle('empty', unpack(wrong))
