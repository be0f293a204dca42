-- Raises rows to what a worker knows of them, after the server forgot its last moments.
--
-- KEYS  1 meta  2 ids  3 state  4 info  5 texts
-- ARGV  1… twelve for each recipient: batch (its first position), epoch, revision, position, tail,
--       attempt, state (c: claimed and not yet settled, or as in settle.lua), time of that (epoch
--       ms), due (epoch ms, for d), class, words, edition (0: full, 1: highlights)
-- Returns how many rows were raised, or -1 when the shard was not planned (any more).
--
-- Guarantee: a row is raised, never lowered: in an attempt before that one, or waiting for it →
-- claimed or its outcome; claimed or uncertain by that very claim → its outcome. What somebody did
-- later stays.
-- Repeating it changes nothing, nor does it where nothing was forgotten. Positions are checked
-- against the tail: a shard that had to be planned anew may have another order.
-- @include row

local meta = KEYS[1]
local start, planned_at = unpack(redis.call('HMGET', meta, 'start', 'plannedAt'))
if not start then return -1 end
start, planned_at = tonumber(start), tonumber(planned_at)
local seconds_at = seconds_after(start)
local count, raised, ids = counters(), 0, nil
local LOST = {'worker-lost', 'the worker that held this recipient disappeared'}

-- Where this person's row is; nil when they are in none.
local function find(position, tail)
  if redis.call('GETRANGE', KEYS[2], position * 15, position * 15 + 14) == tail then
    return position
  end
  ids = ids or redis.call('GET', KEYS[2]) or ''
  local at = string.find(ids, tail, 1, true)
  while at and (at - 1) % 15 ~= 0 do at = string.find(ids, tail, at + 1, true) end
  return at and (at - 1) / 15
end

-- The position after the last one of a batch.
local function end_of(batch)
  local runs, size = unpack(redis.call('HMGET', meta, 'runs', 'batch'))
  for first, count in string.gmatch(runs, '%S+ (%d+) (%d+)') do
    local behind = tonumber(first) + tonumber(count)
    if batch >= tonumber(first) and batch < behind then
      return math.min(batch + tonumber(size), behind)
    end
  end
  return batch
end

-- Does again what an opening did that was forgotten: whoever was claimed before it is in doubt.
local function open_again(batch, epoch, before)
  redis.call('HSET', meta, 'e' .. batch, epoch)
  local first = tonumber(batch)
  local states = redis.call('GETRANGE', KEYS[3], first, end_of(first) - 1)
  for offset in string.gmatch(states, '()c') do
    local position = first + offset - 1
    local attempts, resent, _, _, _, edition = read_info(KEYS[4], position)
    local claimed_revision, revision = unpack(redis.call('HMGET', meta, 'v' .. batch, 'revision'))
    write_info(KEYS[4], position, attempts + 1, resent, tonumber(claimed_revision or revision),
      seconds_at(epoch), text_of(KEYS[5], LOST[1], LOST[2]), edition)
    note_doubt(meta, position, before)
    redis.call('SETRANGE', KEYS[3], position, 'u')
    count.move('c', 'u')
  end
end

-- Whether the batch is in this worker's hands, also if the server forgot that it was.
local function holds(batch, epoch)
  -- Opened in a plan that was forgotten: the worker's positions are not those of this one.
  if tonumber(epoch) < planned_at then return false end
  local known = tonumber(redis.call('HGET', meta, 'e' .. batch) or '0')
  if known < tonumber(epoch) then open_again(batch, epoch, string.format('%d', known)) end
  return known <= tonumber(epoch)
end

local function replay(batch, epoch, revision, planned, tail, attempt, to, time, due, class, words,
    edition)
  local position = find(planned, tail)
  if not position then return end
  local mine = holds(batch, epoch)
  local state = redis.call('GETRANGE', KEYS[3], position, position)
  local attempts, resent, sent, changed = read_info(KEYS[4], position)
  local at = seconds_at(time)
  -- A row that changed later was given back, or is to be mailed again by somebody's word. What the
  -- server has for claimed or in doubt may be an attempt before this one.
  local forgotten = attempts < attempt and (state == 'd'
    or ((state == 'p' or state == 'u' or (state == 'c' and attempts + 1 < attempt)) and changed <= at))
  -- Under a newer epoch it is another worker's claim, whatever its number; so is a doubt of one.
  local begun = state == 'c' and attempts + 1 == attempt and to ~= 'c' and mine
  local owner = state == 'u' and attempts == attempt and tonumber(whose_doubt(meta, position))
  local doubted = owner == tonumber(epoch) and to ~= 'c' and to ~= 'u'
  -- That one was given back, and this worker claimed it under the same number.
  local claimed_after = owner and owner < tonumber(epoch) and to ~= '-'
  if not (forgotten or begun or doubted or claimed_after) then return end

  if to == '-' then
    -- Given back and claimed once more it would be the same attempt: only an older doubt is lifted.
    if not (begun or (doubted and changed < at)) then return end
    to = attempt > 1 and resent == 0 and 'd' or 'p'
    write_info(KEYS[4], position, attempt - 1, resent, sent, at, 0, edition)
  elseif to == 'c' and mine then
    write_info(KEYS[4], position, attempt - 1, resent, sent, changed, 0, edition)
  else
    if to == 'c' then
      to, class, words = 'u', LOST[1], LOST[2]
    end
    local text = class ~= '' and text_of(KEYS[5], class, words) or 0
    local seconds = to == 'd' and seconds_at(due) + 1 or at
    write_info(KEYS[4], position, attempt, resent, tonumber(revision), seconds, text, edition)
  end
  if state == 'u' or to == 'u' then note_doubt(meta, position, to == 'u' and epoch) end
  redis.call('SETRANGE', KEYS[3], position, to)
  count.move(state, to)
  raised = raised + 1
end

for i = 1, #ARGV, 12 do
  replay(ARGV[i], ARGV[i + 1], ARGV[i + 2], tonumber(ARGV[i + 3]), ARGV[i + 4], tonumber(ARGV[i + 5]),
    ARGV[i + 6], ARGV[i + 7], ARGV[i + 8], ARGV[i + 9], ARGV[i + 10],
    tonumber(ARGV[i + 11]))
end
count.write(meta)
return raised
