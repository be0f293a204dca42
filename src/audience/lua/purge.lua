-- Forgets wishes that nobody confirmed, and with them people of whom nothing else is known.
--
-- KEYS  1 unmailable  2 counts  3 pending
-- ARGV  1 time (epoch s) before which a wish is too old  2 what the shard's subscribers begin with
--       3 most at a time
-- Returns how many wishes were forgotten: call again while it is as many as were allowed.
-- The subscribers' keys are made here: they are in the slot of the KEYS.
--
-- Guarantee: nobody who was ever confirmed or left is removed.

local tails = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', '(' .. ARGV[1], 'LIMIT', 0, ARGV[3])
for _, tail in ipairs(tails) do
  local key = ARGV[2] .. tail
  if redis.call('HGET', key, 's') == 'p' then
    redis.call('DEL', key)
    redis.call('SREM', KEYS[1], tail)
    redis.call('HINCRBY', KEYS[2], 'unconfirmed', -1)
  else
    if redis.call('HGET', key, 's') == 'm' then redis.call('HDEL', key, 'a', 'n') end
    redis.call('HDEL', key, 'w')
  end
  redis.call('ZREM', KEYS[3], tail)
end
return #tails
