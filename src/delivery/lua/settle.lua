-- Writes down what became of claimed recipients.
--
-- KEYS  1 meta  2 state  3 info  4 texts
-- ARGV  1 batch (its first position)  2 epoch  3 revision that was sent  4 now (epoch ms), then six
--       for each recipient: position, attempt, state (a, d, r, u, or - for "back where it was"),
--       due (epoch ms, for d), class, words
-- Returns how many were written.
--
-- Guarantee: the holder of the newest epoch settles what it claimed. A replaced worker's late,
-- definite word settles what became uncertain of that very attempt, and nothing else. Repeating the
-- call changes nothing.
-- @include row

local meta = KEYS[1]
local epoch, start = unpack(redis.call('HMGET', meta, 'e' .. ARGV[1], 'start'))
local current, sent = epoch == ARGV[2], tonumber(ARGV[3])
local count, written = counters(), 0

local function seconds_after_start(time)
  return math.floor((tonumber(time) - tonumber(start)) / 1000)
end

local function settle(position, attempt, to, due, class, words)
  local state = redis.call('GETRANGE', KEYS[2], position, position)
  local attempts, resent, revision = read_info(KEYS[3], position)
  local held = state == 'c' and current and attempt == attempts + 1
  local late = state == 'u' and attempt == attempts and to ~= 'u'
  if not (held or late) then return end
  if to == '-' then
    -- The attempt was not made: a recipient that was deferred before is so again, at once due.
    to = attempt > 1 and resent == 0 and 'd' or 'p'
    write_info(KEYS[3], position, attempt - 1, resent, revision, seconds_after_start(ARGV[4]), 0)
  else
    local text = class ~= '' and text_of(KEYS[4], class, words) or 0
    -- Rounded up: a recipient must not be claimed before the time it was deferred to.
    local seconds = to == 'd' and seconds_after_start(due) + 1 or seconds_after_start(ARGV[4])
    write_info(KEYS[3], position, attempt, resent, sent, seconds, text)
  end
  redis.call('SETRANGE', KEYS[2], position, to)
  count.move(state, to)
  written = written + 1
end

for i = 5, #ARGV, 6 do
  settle(tonumber(ARGV[i]), tonumber(ARGV[i + 1]), ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5])
end
count.write(meta)
return written
