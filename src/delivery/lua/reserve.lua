-- Reserves messages of a lane: at the configured rate, and not while the lane is backing off.
--
-- KEYS  1 the lane
-- ARGV  1 messages  2 messages a second (0: no limit)  3 longest wait (ms)
-- Returns {milliseconds to wait, 1 if the messages are reserved else 0}. What is reserved is the
--         caller's once the wait is over; while the lane backs off, and when the wait would be
--         longer, nothing is reserved.
--
-- Guarantee: over all workers on all machines the lane is granted its rate, by this server's clock
-- (generic cell rate algorithm, with a burst of a tenth of a second).

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local until_ms, arrival = unpack(redis.call('HMGET', KEYS[1], 'until', 'arrival'))
if until_ms and tonumber(until_ms) > now then return {tonumber(until_ms) - now, 0} end

local rate = tonumber(ARGV[2])
if rate == 0 then return {0, 1} end
-- A tenth of a second may be saved up, so that a group is not held back by its own size.
local from = math.max(tonumber(arrival or '0'), now - 100)
local wait = math.max(0, math.ceil(from - now))
if wait > tonumber(ARGV[3]) then return {wait, 0} end
redis.call('HSET', KEYS[1], 'arrival', string.format('%.3f', from + tonumber(ARGV[1]) * 1000 / rate))
return {wait, 1}
