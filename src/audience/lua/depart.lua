-- The first half of a change of address: the old one gets no more mail.
--
-- KEYS  1 subscriber  2 mailable  3 counts
-- ARGV  1 tail  2 time of asking (epoch s) that the link names  3 id of the new address
-- Returns the subscriber's fields and values, or {} when no change of that time is open.
--
-- Guarantee: repeating it returns the same until the change is complete (stripped). From the moment
-- it returns no claim gives the old address out; so nobody is mailed at both.
--
-- Subscriber fields: m "asked address", the change that is open; to, the id they moved to.

local status, open, target = unpack(redis.call('HMGET', KEYS[1], 's', 'm', 'to'))
if not open or string.match(open, '^%d+') ~= ARGV[2] then return {} end
if status == 'm' then return target == ARGV[3] and redis.call('HGETALL', KEYS[1]) or {} end
if status ~= 'a' then return {} end
redis.call('HSET', KEYS[1], 's', 'm', 'to', ARGV[3])
redis.call('SREM', KEYS[2], ARGV[1])
redis.call('HINCRBY', KEYS[3], 'active', -1)
return redis.call('HGETALL', KEYS[1])
