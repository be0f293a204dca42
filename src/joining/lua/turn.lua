-- Hands out turns, one after the other at a distance.
--
-- KEYS  1 when the next turn is free (epoch ms)
-- ARGV  1 now (epoch ms)  2 distance (ms)  3 longest wait (ms)
-- Returns the wait for the turn in ms, or -1 when it would be too long (no turn is taken then).
--
-- Guarantee: no two callers get the same turn.

local now, distance = tonumber(ARGV[1]), tonumber(ARGV[2])
local turn = math.max(now, tonumber(redis.call('GET', KEYS[1]) or '0'))
if turn - now > tonumber(ARGV[3]) then return -1 end
redis.call('SET', KEYS[1], string.format('%d', turn + distance), 'PX', turn - now + distance)
return turn - now
