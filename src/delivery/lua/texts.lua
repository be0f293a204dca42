-- Included by scripts that write outcomes: each distinct (class, words) of a send and shard is
-- stored once, and recipients hold its index in one byte.

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

-- Packs a recipient's info: attempts (1 byte), seconds after the start of the send (3), text (1).
local function info_of(attempts, seconds, text)
  return struct.pack('>BI3B', math.min(attempts, 255), math.max(0, math.min(seconds, 16777215)), text)
end
