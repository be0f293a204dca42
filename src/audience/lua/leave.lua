-- Unsubscribes one person.
--
-- KEYS  1 subscriber  2 mailable  3 unmailable  4 counts  5 suppressed
-- ARGV  1 tail  2 now (epoch s)
-- Returns "left", "already", "unknown", or the id they moved to: ask there.
--
-- Guarantee: from the moment this returns no claim gives this person out. Repeating it changes
-- nothing. An id that is not on the list is suppressed, so that no import brings it (back).

local status = redis.call('HGET', KEYS[1], 's')
if not status then
  redis.call('HSETNX', KEYS[5], ARGV[1], 'unsubscribed ' .. ARGV[2])
  return 'unknown'
end
if status == 'u' then return 'already' end
if status == 'm' then return redis.call('HGET', KEYS[1], 'to') end
redis.call('HSET', KEYS[1], 's', 'u', 'l', ARGV[2])
redis.call('SMOVE', KEYS[2], KEYS[3], ARGV[1])
redis.call('SADD', KEYS[3], ARGV[1])
redis.call('HINCRBY', KEYS[4], status == 'a' and 'active' or 'unconfirmed', -1)
redis.call('HINCRBY', KEYS[4], 'unsubscribed', 1)
return 'left'
