-- Writes down what became of recipients claimed before, and claims others for the same worker, in the
-- same step in which it re-reads each subscriber.
--
-- KEYS  1 meta  2 state  3 info  4 texts  5 suppressed  6… the subscriber of each position
-- ARGV  1 batch (its first position)  2 epoch  3 revision the worker composes  4 request id
--       5 now (epoch ms)  6 number of settlements, then these (see settlement.lua), then the
--       positions to claim, in the order of KEYS, with the tail behind each
-- Returns {"stale"} when the epoch was replaced, {"shut"} when the send is not open, {"revised"}
--         when a newer revision was frozen, else {"ok", position, attempt, address, name,
--         attributes, 1 if mails to them failed of late else 0, edition (0: full, 1: highlights), …}
--         for each one claimed.
--
-- Guarantee: only pending and due deferred recipients are claimed, only by the holder of the newest
-- epoch, and only for the newest revision. Leaving wins: whoever left, was erased or suppressed is
-- skipped here, with the reason. Each is given the edition they want at this moment; their row says
-- which, whatever becomes of the message. A repeated request (same id, after a lost reply) gets the
-- same people again. Settlements hold whether or not anybody is claimed (settlement.lua).
-- @include row
-- @include settlement

local meta, batch, request = KEYS[1], ARGV[1], ARGV[4]
local gate, epoch, revision, last, start, highlights = unpack(redis.call('HMGET', meta,
  'gate', 'e' .. batch, 'revision', 'q' .. batch, 'start', 'highlights'))
local seconds_at = seconds_after(start)
local seconds = seconds_at(ARGV[5])
local count = counters()

local first = 7 + 6 * tonumber(ARGV[6])
local rows = rows_between(KEYS[2], KEYS[3], {7, first - 1, 6}, {first, #ARGV, 2})
settle_all({
  rows = rows,
  count = count,
  epoch = ARGV[2],
  current = epoch == ARGV[2],
  revision = tonumber(ARGV[3]),
  seconds_at = seconds_at,
  now = seconds,
}, 7, first - 1)

local function write()
  rows.write()
  count.write(meta)
end
local function refuse(word)
  write()
  return {word}
end
if ARGV[2] ~= epoch then return refuse('stale') end
if gate ~= 'open' then return refuse('shut') end
if ARGV[3] ~= revision then return refuse('revised') end

-- Whom this very request was granted before, when its reply was lost.
local granted = {}
if last and string.sub(last, 1, #request) == request then
  for position in string.gmatch(string.sub(last, #request + 1), '%d+') do
    granted[tonumber(position)] = true
  end
end
local reply, claimed = {'ok'}, {request}

local function move(position, from, to)
  rows.set_state(position, to)
  count.move(from, to)
end

local tails = {}
for i = first + 1, #ARGV, 2 do tails[#tails + 1] = ARGV[i] end
local suppressions = #tails > 0 and redis.call('HMGET', KEYS[5], unpack(tails)) or {}

-- Why this person must not be mailed, or nil.
local function reason_against(suppressed, status, paused)
  if suppressed then return string.match(suppressed, '^%S+') end
  if not status then return 'erased' end
  if status == 'u' then return 'unsubscribed' end
  if status == 'm' then return 'moved' end
  if status ~= 'a' then return 'unconfirmed' end
  if paused and tonumber(paused) * 1000 > tonumber(ARGV[5]) then return 'paused' end
  return nil
end

for i = first, #ARGV, 2 do
  local position, nth = tonumber(ARGV[i]), (i - first) / 2
  local state = rows.state(position)
  local attempts, resent, sent, due, text, edition = rows.info(position)
  local mine = state == 'c' and granted[position]
  if mine or state == 'p' or (state == 'd' and due <= seconds) then
    local address, name, status, attributes, failures, paused, wanted = unpack(
      redis.call('HMGET', KEYS[6 + nth], 'a', 'n', 's', 'x', 'f', 'z', 'e'))
    local reason = not mine and reason_against(suppressions[nth + 1], status, paused)
    if reason then
      rows.set_info(position, attempts, resent, sent, seconds, text_of(KEYS[4], reason, ''), edition)
      move(position, state, 'k')
    else
      if not mine then move(position, state, 'c') end
      local composed = (wanted == 'highlights' and highlights == '1') and 1 or 0
      if composed ~= edition then
        rows.set_info(position, attempts, resent, sent, due, text, composed)
      end
      claimed[#claimed + 1] = position
      for _, value in ipairs({position, attempts + 1, address or '', name or '', attributes or '',
        failures and 1 or 0, composed}) do
        reply[#reply + 1] = value
      end
    end
  end
end

write()
-- What a dead worker held was of this revision (open.lua): a run ends before its revision changes.
redis.call('HSET', meta, 'q' .. batch, table.concat(claimed, ' '), 'v' .. batch, ARGV[3])
return reply
