-- Takes a batch: raises its fencing epoch and declares what an earlier holder left claimed uncertain.
--
-- KEYS  1 meta  2 ids  3 state  4 info  5 texts
-- ARGV  1 batch (from 0)  2 job serial  3 now (epoch ms)
-- Returns {"stale"} when a newer job of this batch exists, else
--         {"ok", epoch, batch size, start (epoch ms), tails back to back, state bytes, offset, due, …}
--         with the offset in the batch and the due time (seconds after start) of each deferred one.
--
-- Guarantee: from here on every claim with an older epoch is refused (claim.lua), so whoever held
-- the batch before can mail nobody new; whom they had claimed nobody else will mail by itself.
-- Running it twice (a re-sent command) only raises the epoch once more.
-- @include texts

local meta, batch = KEYS[1], ARGV[1]
local size, start = unpack(redis.call('HMGET', meta, 'batch', 'start'))
if not size then return {'stale'} end
if tonumber(ARGV[2]) < tonumber(redis.call('HGET', meta, 'j' .. batch) or '1') then
  return {'stale'}
end

size = tonumber(size)
local first = tonumber(batch) * size
local states = redis.call('GETRANGE', KEYS[3], first, first + size - 1)
local epoch = redis.call('HINCRBY', meta, 'e' .. batch, 1)
redis.call('HDEL', meta, 'q' .. batch)

if string.find(states, 'c', 1, true) then
  local seconds = math.floor((tonumber(ARGV[3]) - tonumber(start)) / 1000)
  local text = text_of(KEYS[5], 'worker-lost', 'the worker that held this recipient disappeared')
  for offset in string.gmatch(states, '()c') do
    local at = (first + offset - 1) * 5
    local attempts = string.byte(redis.call('GETRANGE', KEYS[4], at, at)) + 1
    redis.call('SETRANGE', KEYS[4], at, info_of(attempts, seconds, text))
  end
  local lost
  states, lost = string.gsub(states, 'c', 'u')
  redis.call('SETRANGE', KEYS[3], first, states)
  redis.call('HINCRBY', meta, 'c', -lost)
  redis.call('HINCRBY', meta, 'u', lost)
end

local tails = redis.call('GETRANGE', KEYS[2], first * 15, (first + size) * 15 - 1)
local reply = {'ok', epoch, tostring(size), start, tails, states}
for offset in string.gmatch(states, '()d') do
  local at = (first + offset - 1) * 5
  local _, due = struct.unpack('>BI3', redis.call('GETRANGE', KEYS[4], at, at + 4))
  reply[#reply + 1] = offset - 1
  reply[#reply + 1] = due
end
return reply
