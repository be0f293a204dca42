-- Writes down what became of claimed recipients.
--
-- KEYS  1 meta  2 state  3 info  4 texts
-- ARGV  1 batch  2 epoch  3 now (epoch ms), then six for each recipient:
--       position, attempt, state (a, d, r, u, or - for "back where it was"), due (epoch ms, for d),
--       class, words
-- Returns how many were written.
--
-- Guarantee: the holder of the newest epoch settles what it claimed. A replaced worker's late,
-- definite word settles what became uncertain of that very attempt, and nothing else. Repeating the
-- call changes nothing.
-- @include texts

local meta = KEYS[1]
local epoch, start = unpack(redis.call('HMGET', meta, 'e' .. ARGV[1], 'start'))
local current = epoch == ARGV[2]
local moved, written = {}, 0

local function seconds_after_start(time)
  return math.floor((tonumber(time) - tonumber(start)) / 1000)
end

local function settle(position, attempt, to, due, class, words)
  local state = redis.call('GETRANGE', KEYS[2], position, position)
  local attempts = string.byte(redis.call('GETRANGE', KEYS[3], position * 5, position * 5))
  local held = state == 'c' and current and attempt == attempts + 1
  local late = state == 'u' and attempt == attempts and to ~= 'u'
  if not (held or late) then return end
  if to == '-' then
    -- The attempt was not made: a recipient that was deferred before is so again, at once due.
    to = attempt > 1 and 'd' or 'p'
    redis.call('SETRANGE', KEYS[3], position * 5,
      info_of(attempt - 1, seconds_after_start(ARGV[3]), 0))
  else
    local text = class ~= '' and text_of(KEYS[4], class, words) or 0
    -- Rounded up: a recipient must not be claimed before the time it was deferred to.
    local seconds = to == 'd' and seconds_after_start(due) + 1 or seconds_after_start(ARGV[3])
    redis.call('SETRANGE', KEYS[3], position * 5, info_of(attempt, seconds, text))
  end
  redis.call('SETRANGE', KEYS[2], position, to)
  moved[state] = (moved[state] or 0) - 1
  moved[to] = (moved[to] or 0) + 1
  written = written + 1
end

for i = 4, #ARGV, 6 do
  settle(tonumber(ARGV[i]), tonumber(ARGV[i + 1]), ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5])
end
for state, change in pairs(moved) do
  if change ~= 0 then redis.call('HINCRBY', meta, state, change) end
end
return written
