-- Claims recipients for one worker, in the same step in which it re-reads each subscriber.
--
-- KEYS  1 meta  2 state  3 info  4 texts  5 suppressed  6… the subscriber of each position
-- ARGV  1 batch  2 epoch  3 request id  4 now (epoch ms)  5… positions, in the order of KEYS, with
--       the tail behind each
-- Returns {"shut"} when the send is not open, {"stale"} when the epoch was replaced, else
--         {"ok", position, attempt, address, name, attributes, …} for each one claimed.
--
-- Guarantee: only pending and due deferred recipients are claimed, and only by the holder of the
-- newest epoch. Leaving wins: whoever left, was erased or suppressed is skipped here, with the
-- reason. A repeated request (same id, after a lost reply) gets the same people again.
-- @include texts

local meta, batch, request = KEYS[1], ARGV[1], ARGV[3]
local gate, epoch, last, start = unpack(
  redis.call('HMGET', meta, 'gate', 'e' .. batch, 'q' .. batch, 'start'))
if ARGV[2] ~= epoch then return {'stale'} end
if gate ~= 'open' then return {'shut'} end

local repeated = last == request
local seconds = math.floor((tonumber(ARGV[4]) - tonumber(start)) / 1000)
local moved = {p = 0, d = 0, c = 0, k = 0}
local reply = {'ok'}

local function move(position, from, to)
  redis.call('SETRANGE', KEYS[2], position, to)
  moved[from] = moved[from] - 1
  moved[to] = moved[to] + 1
end

-- Why this person must not be mailed, or nil.
local function reason_against(tail, status)
  local suppressed = redis.call('HGET', KEYS[5], tail)
  if suppressed then return string.match(suppressed, '^%S+') end
  if not status then return 'erased' end
  if status == 'u' then return 'unsubscribed' end
  if status ~= 'a' then return 'unconfirmed' end
  return nil
end

for i = 5, #ARGV, 2 do
  local position, tail = tonumber(ARGV[i]), ARGV[i + 1]
  local state = redis.call('GETRANGE', KEYS[2], position, position)
  local attempts, due = struct.unpack('>BI3', redis.call('GETRANGE', KEYS[3], position * 5, position * 5 + 4))
  local mine = repeated and state == 'c'
  if mine or state == 'p' or (state == 'd' and due <= seconds) then
    local address, name, status, attributes = unpack(
      redis.call('HMGET', KEYS[6 + (i - 5) / 2], 'a', 'n', 's', 'x'))
    local reason = not mine and reason_against(tail, status)
    if reason then
      redis.call('SETRANGE', KEYS[3], position * 5,
        info_of(attempts, seconds, text_of(KEYS[4], reason, '')))
      move(position, state, 'k')
    else
      if not mine then move(position, state, 'c') end
      for _, value in ipairs({position, attempts + 1, address or '', name or '', attributes or ''}) do
        reply[#reply + 1] = value
      end
    end
  end
end

for state, change in pairs(moved) do
  if change ~= 0 then redis.call('HINCRBY', meta, state, change) end
end
redis.call('HSET', meta, 'q' .. batch, request)
return reply
