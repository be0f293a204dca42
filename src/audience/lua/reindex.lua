-- Makes the sets and counts of a shard say what its subscribers say, after a restore.
--
-- KEYS  1 mailable  2 unmailable  3 suppressed  4 counts
-- ARGV  1 what the keys of the shard's subscribers begin with
-- Returns how many subscribers there are.
--
-- Guarantee: everybody who is in one of the two sets and has a record is in the right one; nobody
-- else is in either. Whoever was erased while the backup was made is erased.
-- The subscribers' keys are made here: they are in the slot of the KEYS.

local counts = {active = 0, unconfirmed = 0, unsubscribed = 0}
local counted = {a = 'active', p = 'unconfirmed', u = 'unsubscribed'}
local total = 0
for _, tail in ipairs(redis.call('SUNION', KEYS[1], KEYS[2])) do
  local key = ARGV[1] .. tail
  local status = redis.call('HGET', key, 's')
  local suppressed = redis.call('HGET', KEYS[3], tail)
  if status and suppressed and string.match(suppressed, '^%S+') == 'erased' then
    redis.call('DEL', key)
    status = false
  end
  -- Moved to another address: only that is left here.
  if status == 'm' then status = false end
  redis.call('SREM', KEYS[1], tail)
  redis.call('SREM', KEYS[2], tail)
  if status then
    redis.call('SADD', (status == 'a' and not suppressed) and KEYS[1] or KEYS[2], tail)
    counts[counted[status]] = counts[counted[status]] + 1
    total = total + 1
  end
end
for name, count in pairs(counts) do redis.call('HSET', KEYS[4], name, count) end
return total
