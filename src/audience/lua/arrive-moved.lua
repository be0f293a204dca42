-- The second half of a change of address: the new one gets mail.
--
-- KEYS  1 subscriber  2 mailable  3 unmailable  4 suppressed  5 counts  6 pending
-- ARGV  1 tail  then fields and values of the subscriber
-- Returns 1.
--
-- Guarantee: repeating it changes nothing. Whoever is on the list under this address already stays as
-- they are. Whoever left it, was erased or bounced there before confirmed with the link in a mail.

local status = redis.call('HGET', KEYS[1], 's')
if status == 'a' then return 1 end
local counted = {p = 'unconfirmed', u = 'unsubscribed'}
if counted[status] then redis.call('HINCRBY', KEYS[5], counted[status], -1) end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('HDEL', KEYS[4], ARGV[1])
redis.call('ZREM', KEYS[6], ARGV[1])
redis.call('SREM', KEYS[3], ARGV[1])
redis.call('SADD', KEYS[2], ARGV[1])
redis.call('HINCRBY', KEYS[5], 'active', 1)
return 1
