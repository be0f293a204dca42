-- Holds a route back after trouble with its relay.
--
-- KEYS  1 the route
-- ARGV  1 what the relay or the network said  2 pause (ms) the relay asked for, or ""
--       3 first back-off (ms)  4 longest back-off (ms)  5 1 if the relay asked for a lower rate
--       6 with whom the trouble is
-- Returns when it is tried again (epoch ms, this server's clock).
--
-- Guarantee: whoever else was in flight fails for the same reason, so all that is said while the
-- route is held back is one trouble with one back-off (the longer pause stands). Each further one
-- doubles the back-off; each request for a lower rate lowers it to two thirds of what went.

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local until_ms, failures, taken, before = unpack(redis.call('HMGET', KEYS[1],
  'until', 'failures', 'taken', 'before'))
local held = until_ms and tonumber(until_ms) > now
local asked = tonumber(ARGV[2])
if held and (not asked or now + asked <= tonumber(until_ms)) then return tonumber(until_ms) end

local count = held and tonumber(failures) or redis.call('HINCRBY', KEYS[1], 'failures', 1)
local back_off = math.min(tonumber(ARGV[3]) * 2 ^ math.min(count - 1, 20), tonumber(ARGV[4]))
local again = now + (asked or back_off)
redis.call('HSET', KEYS[1], 'until', again, 'words', ARGV[1], 'of', ARGV[6])
if ARGV[5] == '1' and not held then
  local went = math.max(tonumber(before or '0'), tonumber(taken or '0'), 1)
  redis.call('HSET', KEYS[1], 'cap', math.max(0.5, went * 2 / 3), 'cappedAt', now)
end
return again
