-- Notes that somebody (who, nobody knows yet) asked for an address to join.
--
-- KEYS  1 subscriber  2 unmailable  3 suppressed  4 counts  5 pending
-- ARGV  1 tail  2 address  3 name, empty when none was given  4 time of asking (epoch s)
--       5 "ip text form flags" of the asking, without blanks in any of them
--       6 time (epoch s) since when a bounce is too fresh for another try
-- Returns "confirm" when their word is needed and may be asked for, "known" when they get mail
-- already, or why they must not be written to: "bounced", "complained", "manual".
--
-- Guarantee: changes nothing about who may be mailed. Somebody who left keeps that status until they
-- confirm. Repeating it changes nothing.
--
-- Subscriber field w, the wish: "last-asked first-asked ip text form flags".

local reason, since = string.match(redis.call('HGET', KEYS[3], ARGV[1]) or '', '^(%S+) (%d+)')
if reason == 'complained' or reason == 'manual' then return reason end
if reason == 'bounced' and tonumber(since) > tonumber(ARGV[6]) then return reason end

local status, wish = unpack(redis.call('HMGET', KEYS[1], 's', 'w'))
if status == 'a' and not reason then return 'known' end
if status == 'm' then redis.call('HSET', KEYS[1], 'a', ARGV[2], 'n', ARGV[3]) end
if not status then
  redis.call('HSET', KEYS[1], 'a', ARGV[2], 'n', ARGV[3], 's', 'p', 't', ARGV[4])
  redis.call('SADD', KEYS[2], ARGV[1])
  redis.call('HINCRBY', KEYS[4], 'unconfirmed', 1)
end
local first = string.match(wish or '', '^%d+ (%d+)') or ARGV[4]
redis.call('HSET', KEYS[1], 'w', ARGV[4] .. ' ' .. first .. ' ' .. ARGV[5])
redis.call('ZADD', KEYS[5], ARGV[4], ARGV[1])
return 'confirm'
