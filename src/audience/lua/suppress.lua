-- Suppresses an address: it is never mailed again, whatever its subscriber says.
--
-- KEYS  1 suppressed  2 mailable  3 unmailable  4 subscriber
-- ARGV  1 tail  2 reason  3 now (epoch s)
-- Returns 1 when it was not suppressed before, else 0 (the first reason stays).
--
-- Guarantee: from the moment this returns no claim gives this person out.

if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. ARGV[3]) == 0 then return 0 end
redis.call('SREM', KEYS[2], ARGV[1])
if redis.call('EXISTS', KEYS[4]) == 1 then redis.call('SADD', KEYS[3], ARGV[1]) end
return 1
