-- Erases one person: everything personal goes, the keyed hash stays suppressed.
--
-- KEYS  1 subscriber  2 mailable  3 unmailable  4 suppressed  5 counts
-- ARGV  1 tail  2 now (epoch s)
-- Returns 1 when there was somebody to erase, else 0.
--
-- Guarantee: nobody can add the address again without its owner.

local status = redis.call('HGET', KEYS[1], 's')
redis.call('HSET', KEYS[4], ARGV[1], 'erased ' .. ARGV[2])
redis.call('SREM', KEYS[2], ARGV[1])
redis.call('SREM', KEYS[3], ARGV[1])
if not status then return 0 end
redis.call('DEL', KEYS[1])
if status == 'm' then return 0 end
local counted = {a = 'active', p = 'unconfirmed', u = 'unsubscribed'}
redis.call('HINCRBY', KEYS[5], counted[status], -1)
return 1
