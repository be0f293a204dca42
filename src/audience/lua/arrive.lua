-- Notes that the relay took a mail to somebody whose last one failed.
--
-- KEYS  1 subscriber
-- ARGV  1 issue
-- Returns 1 when the failures are forgotten, else 0.
--
-- Guarantee: taken by the relay is not arrived, since a bounce may still come: the failures are
-- forgotten only when another issue is taken and nobody has reported the one before (fail.lua has
-- the field).

local field = redis.call('HGET', KEYS[1], 'f')
if not field then return 0 end
local counted, accepted = string.match(field, '^(%d+ %d+ %d+) ?(%d*)$')
if accepted == ARGV[1] then return 0 end
if accepted ~= '' then return redis.call('HDEL', KEYS[1], 'f') end
redis.call('HSET', KEYS[1], 'f', counted .. ' ' .. ARGV[1])
return 0
