-- Counts that a mail did not reach one person, and suppresses the address after enough in a row.
--
-- KEYS  1 subscriber  2 mailable  3 unmailable  4 suppressed
-- ARGV  1 tail  2 issue  3 now (epoch s)  4 failures in a row that suppress  5 seconds they must span
-- Returns "counted", "suppressed" or "unknown" (nobody with that id is on the list).
--
-- Guarantee: an issue counts once, however often it is reported. A mail that arrived in between
-- begins the count anew: accepted (arrive.lua), and not reported as failed.
--
-- Subscriber field f: "failures first-failure(epoch s) issue-that-failed-last [issue accepted since]".

local status, field = unpack(redis.call('HMGET', KEYS[1], 's', 'f'))
if not status then return 'unknown' end
local failures, since, failed, accepted = string.match(field or '', '^(%d+) (%d+) (%d+) ?(%d*)$')
if failed == ARGV[2] then return 'counted' end
if not failures or (accepted ~= '' and accepted ~= ARGV[2]) then failures, since = 0, ARGV[3] end
failures = failures + 1
if failures < tonumber(ARGV[4]) or tonumber(ARGV[3]) - tonumber(since) <= tonumber(ARGV[5]) then
  redis.call('HSET', KEYS[1], 'f', failures .. ' ' .. since .. ' ' .. ARGV[2])
  return 'counted'
end
redis.call('HDEL', KEYS[1], 'f')
redis.call('HSETNX', KEYS[4], ARGV[1], 'bounced ' .. ARGV[3])
redis.call('SREM', KEYS[2], ARGV[1])
redis.call('SADD', KEYS[3], ARGV[1])
return 'suppressed'
