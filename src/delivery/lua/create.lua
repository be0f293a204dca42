-- Records a new send with what was frozen for it.
--
-- KEYS  1 the send  2 its first revision
-- ARGV  1 number of fields of the send  2… field, value, … of the send, then of the revision
-- Returns 1, or 0 when the issue already has a send.
--
-- Guarantee: one send per issue number; the record and the frozen content appear together.

if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local last = 1 + 2 * tonumber(ARGV[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 2, last))
redis.call('HSET', KEYS[2], unpack(ARGV, last + 1))
return 1
