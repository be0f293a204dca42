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

-- Reads a row's info (5 bytes, see ledger-rows.ts): attempts, resent (0 or 1), revision (from 1),
-- seconds after the start of the send, index of the text, edition (0: full, 1: highlights).
local function read_info(key, position)
  local packed, seconds, text = struct.unpack('>BI3B',
    redis.call('GETRANGE', key, position * 5, position * 5 + 4))
  return math.floor(packed / 16), math.floor(packed / 8) % 2, packed % 8 + 1,
    seconds % HIGHLIGHTS_BIT, text, math.floor(seconds / HIGHLIGHTS_BIT)
end

-- Writes a row's info. Attempts past 15 are no longer told apart.
local function write_info(key, position, attempts, resent, revision, seconds, text, edition)
  redis.call('SETRANGE', key, position * 5, struct.pack('>BI3B',
    math.min(attempts, 15) * 16 + resent * 8 + (revision - 1),
    edition * HIGHLIGHTS_BIT + math.max(0, math.min(seconds, HIGHLIGHTS_BIT - 1)), text))
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
