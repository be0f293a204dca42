-- Reserves messages of a route: at its rate, and not while it is held back.
--
-- KEYS  1 the route
-- ARGV  1 messages  2 messages a second (0: no limit)  3 longest wait (ms)
--       4 messages that went since the last call without a reservation
-- Returns {milliseconds to wait, 1 if the messages are reserved else 0, 1 if the route was in trouble
--         and took no message since, 1 if there is no limit at present}. What is reserved is the
--         caller's once the wait is over; while the route is held back, and when the wait would be
--         longer, nothing is reserved.
--
-- Guarantee: over all workers on all machines the route is granted its rate, by this server's clock
-- (generic cell rate algorithm, with a burst of a tenth of a second); less after the relay asked for
-- less (back-off.lua), and then a twentieth more every ten seconds. Nothing goes early, not by a
-- fraction of a millisecond: waits are rounded up.

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
local until_ms, arrival, failures, cap, capped_at, second, taken = unpack(redis.call('HMGET', KEYS[1],
  'until', 'arrival', 'failures', 'cap', 'cappedAt', 'second', 'taken'))
local troubled = failures and 1 or 0
if until_ms and tonumber(until_ms) > now then
  return {math.ceil(tonumber(until_ms) - now), 0, troubled, 0}
end

local messages, rate = tonumber(ARGV[1]), tonumber(ARGV[2])
local going = messages + tonumber(ARGV[4])
if cap then
  local allowed = tonumber(cap) * 1.05 ^ math.floor((now - tonumber(capped_at)) / 10000)
  -- Ten minutes later the request has done its work: twenty times the cap is as good as none.
  if allowed > tonumber(cap) * 20 then redis.call('HDEL', KEYS[1], 'cap', 'cappedAt')
  elseif rate == 0 or allowed < rate then rate = allowed end
end

-- How much goes now, should the relay ask for less.
if second == time[1] then redis.call('HINCRBY', KEYS[1], 'taken', going)
else redis.call('HSET', KEYS[1], 'second', time[1], 'taken', going, 'before', taken or going) end
if rate == 0 then return {0, 1, troubled, 1} end

-- A tenth of a second may be saved up, so that a group is not held back by its own size.
local from = math.max(tonumber(arrival or '0'), now - 100)
local wait = math.max(0, math.ceil(from - now))
if wait > tonumber(ARGV[3]) then return {wait, 0, troubled, 0} end
redis.call('HSET', KEYS[1], 'arrival', string.format('%.3f', from + messages * 1000 / rate))
return {wait, 1, troubled, 0}
