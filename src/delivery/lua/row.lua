-- Included by scripts that read and write rows: a recipient's info, and the texts it points to.

-- Returns the index (1…255) of a text, adding it when new. Past 200 texts the words of further ones
-- are dropped and their class kept; classes are a fixed list of far fewer than 55 (reply-rules.ts).
local function text_of(key, class, words)
  local text = class .. '\n' .. words
  local index = redis.call('HGET', key, text)
  if index then return tonumber(index) end
  local count = tonumber(redis.call('HGET', key, 'count') or '0')
  if count >= 200 and words ~= '' then return text_of(key, class, '') end
  redis.call('HSET', key, 'count', count + 1, text, count + 1, count + 1, text)
  return count + 1
end

-- Seconds have 23 bits; the bit above them is the edition.
local HIGHLIGHTS_BIT = 8388608

-- Of a row's info (5 bytes, see ledger-rows.ts): attempts, resent (0 or 1), revision (from 1),
-- seconds after the start of the send, index of the text, edition (0: full, 1: highlights).
local function unpack_info(info)
  local packed, seconds, text = struct.unpack('>BI3B', info)
  return math.floor(packed / 16), math.floor(packed / 8) % 2, packed % 8 + 1,
    seconds % HIGHLIGHTS_BIT, text, math.floor(seconds / HIGHLIGHTS_BIT)
end

-- The same the other way. Attempts past 15 are no longer told apart.
local function pack_info(attempts, resent, revision, seconds, text, edition)
  return struct.pack('>BI3B',
    math.min(attempts, 15) * 16 + resent * 8 + (revision - 1),
    edition * HIGHLIGHTS_BIT + math.max(0, math.min(seconds, HIGHLIGHTS_BIT - 1)), text)
end

local function read_info(key, position)
  return unpack_info(redis.call('GETRANGE', key, position * 5, position * 5 + 4))
end

local function write_info(key, position, ...)
  redis.call('SETRANGE', key, position * 5, pack_info(...))
end

-- Rows from one position to another, read by one call for each of the two strings. What is changed
-- is written back, by one call each, when `write` is called.
local function rows_of(state_key, info_key, from, to)
  local states = redis.call('GETRANGE', state_key, from, to)
  local infos = redis.call('GETRANGE', info_key, from * 5, to * 5 + 4)
  local new_states, new_infos, lowest, highest = {}, {}, to + 1, from - 1
  local function touch(position)
    lowest, highest = math.min(lowest, position), math.max(highest, position)
  end
  local function state_at(position)
    return new_states[position] or string.sub(states, position - from + 1, position - from + 1)
  end
  local function info_at(position)
    local at = (position - from) * 5
    return new_infos[position] or string.sub(infos, at + 1, at + 5)
  end
  return {
    -- '' where there is no row.
    state = state_at,
    info = function(position) return unpack_info(info_at(position)) end,
    set_state = function(position, state)
      touch(position)
      new_states[position] = state
    end,
    set_info = function(position, ...)
      touch(position)
      new_infos[position] = pack_info(...)
    end,
    write = function()
      if lowest > highest then return end
      local all_states, all_infos = {}, {}
      for position = lowest, highest do
        local at = position - lowest + 1
        all_states[at], all_infos[at] = state_at(position), info_at(position)
      end
      redis.call('SETRANGE', state_key, lowest, table.concat(all_states))
      redis.call('SETRANGE', info_key, lowest * 5, table.concat(all_infos))
    end,
  }
end

-- The rows from the lowest to the highest position in ARGV, which has them at every `step`th place
-- of some stretches {from, to, step}; with no position, the first row.
local function rows_between(state_key, info_key, ...)
  local lowest, highest = math.huge, 0
  for _, stretch in ipairs({...}) do
    for i = stretch[1], stretch[2], stretch[3] do
      local position = tonumber(ARGV[i])
      lowest, highest = math.min(lowest, position), math.max(highest, position)
    end
  end
  return rows_of(state_key, info_key, math.min(lowest, highest), highest)
end

-- Returns a function: whole seconds from the start of a send to a time, both in epoch ms.
local function seconds_after(start)
  return function(time) return math.floor((tonumber(time) - tonumber(start)) / 1000) end
end

-- The epoch whose claim became uncertain; false when nobody's word may lift the doubt.
local function whose_doubt(meta, position)
  return redis.call('HGET', meta, 'w' .. position)
end

-- Notes whose claim became uncertain, or (false) that nobody is in doubt there any more.
local function note_doubt(meta, position, epoch)
  if epoch then redis.call('HSET', meta, 'w' .. position, epoch)
  else redis.call('HDEL', meta, 'w' .. position) end
end

-- Adds up the changes to the counters by state byte, to be written once at the end.
local function counters()
  local moved = {}
  return {
    move = function(from, to)
      moved[from] = (moved[from] or 0) - 1
      moved[to] = (moved[to] or 0) + 1
    end,
    write = function(meta)
      for state, change in pairs(moved) do
        if change ~= 0 then redis.call('HINCRBY', meta, state, change) end
      end
    end,
  }
end
