-- Sets or removes one wish of a subscriber about how they are written to.
--
-- KEYS  1 subscriber
-- ARGV  1 field  2 value, empty: remove
-- Returns 1 when there is somebody who gets mail, else 0 (nothing is changed then).
--
-- Guarantee: whoever left or was erased meanwhile is not brought back, and no hash is left behind.

if redis.call('HGET', KEYS[1], 's') ~= 'a' then return 0 end
if ARGV[2] == '' then redis.call('HDEL', KEYS[1], ARGV[1])
else redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
return 1
