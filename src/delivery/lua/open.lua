-- Takes a batch: raises its fencing epoch and declares what an earlier holder left claimed uncertain.
--
-- KEYS  1 meta  2 ids  3 state  4 info  5 texts
-- ARGV  1 batch (its first position)  2 positions  3 job serial  4 now (epoch ms)
--       5 incarnation of the server that was attended (attend.lua), or ""
-- Returns {"stale"} when a newer job of this batch exists, or the server is not that one, else
--         {"ok", epoch, revision, since (epoch ms), tails back to back, state bytes, then offset and
--         due time (epoch ms) of each deferred one}.
--
-- Guarantee: from here on every claim with an older epoch is refused (claim.lua), so whoever held
-- the batch before can mail nobody new; whom they had claimed nobody else will mail by itself.
-- Running it twice (a re-sent command) only raises the epoch once more. Epochs are times: one that
-- the server forgot is never given to anybody again.
-- @include row
-- @include incarnation

local meta, batch = KEYS[1], ARGV[1]
local first, size = tonumber(ARGV[1]), tonumber(ARGV[2])
local start, since, revision, claimed_revision, serial, last = unpack(redis.call('HMGET', meta,
  'start', 'since', 'revision', 'v' .. batch, 'j' .. batch, 'e' .. batch))
if ARGV[5] ~= '' and ARGV[5] ~= incarnation(0) then return {'stale'} end
if not start or tonumber(ARGV[3]) < tonumber(serial or '1') then return {'stale'} end

local states = redis.call('GETRANGE', KEYS[3], first, first + size - 1)
local epoch = string.format('%d', math.max(tonumber(last or '0') + 1, now_ms()))
redis.call('HSET', meta, 'e' .. batch, epoch)
redis.call('HDEL', meta, 'q' .. batch)

if string.find(states, 'c', 1, true) then
  local seconds = math.floor((tonumber(ARGV[4]) - tonumber(start)) / 1000)
  local text = text_of(KEYS[5], 'worker-lost', 'the worker that held this recipient disappeared')
  for offset in string.gmatch(states, '()c') do
    local position = first + offset - 1
    local attempts, resent, _, _, _, edition = read_info(KEYS[4], position)
    write_info(KEYS[4], position, attempts + 1, resent, tonumber(claimed_revision or revision),
      seconds, text, edition)
    -- Whatever is claimed was claimed under the epoch that ends here.
    note_doubt(meta, position, last)
  end
  local lost
  states, lost = string.gsub(states, 'c', 'u')
  redis.call('SETRANGE', KEYS[3], first, states)
  redis.call('HINCRBY', meta, 'c', -lost)
  redis.call('HINCRBY', meta, 'u', lost)
end

local tails = redis.call('GETRANGE', KEYS[2], first * 15, (first + size) * 15 - 1)
local reply = {'ok', tonumber(epoch), revision, since, tails, states}
for offset in string.gmatch(states, '()d') do
  local _, _, _, due = read_info(KEYS[4], first + offset - 1)
  reply[#reply + 1] = offset - 1
  reply[#reply + 1] = tonumber(start) + due * 1000
end
return reply
