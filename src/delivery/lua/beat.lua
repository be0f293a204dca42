-- A worker says that it is there.
--
-- KEYS  1 workers
-- ARGV  1 worker id  2 process id  3 host
-- Returns 1 when it was not listed before, else 0.
--
-- Guarantee: the time is this server's, the same for all workers of all machines; on a cluster the
-- masters' clocks may differ, and the key is on one of them.

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
return redis.call('HSET', KEYS[1], ARGV[1], string.format('%d %s %s', now, ARGV[2], ARGV[3]))
