-- Takes somebody in who confirmed that they want to be.
--
-- KEYS  1 subscriber  2 mailable  3 unmailable  4 suppressed  5 counts  6 pending
-- ARGV  1 tail  2 time of asking that their link names (epoch s)  3 now (epoch s)  4 ip or "-"
-- Returns "confirmed", "already" (they get mail) or "unknown" (no wish of that time is open).
--
-- Guarantee: a wish is good for one confirmation. It lifts what only the person themselves may lift
-- (they left, were erased) and a bounce older than the wish, since mail arrives again; never a
-- complaint or an operator's decision.
--
-- Subscriber field c afterwards: "form asked ip text form confirmed ip flags".

local status, wish = unpack(redis.call('HMGET', KEYS[1], 's', 'w'))
local last, first, ip, text, form, flags =
  string.match(wish or '', '^(%d+) (%d+) (%S+) (%S+) (%S+) (%S+)$')
local asked = tonumber(ARGV[2])
local reason, since = string.match(redis.call('HGET', KEYS[4], ARGV[1]) or '', '^(%S+) (%d+)')
if not last then return status == 'a' and not reason and 'already' or 'unknown' end
if asked < tonumber(first) or asked > tonumber(last) then return 'unknown' end
if reason == 'complained' or reason == 'manual' then return 'unknown' end
if reason == 'bounced' and tonumber(since) > asked then return 'unknown' end

redis.call('HDEL', KEYS[4], ARGV[1])
redis.call('HSET', KEYS[1], 's', 'a',
  'c', table.concat({'form', last, ip, text, form, ARGV[3], ARGV[4], flags}, ' '))
redis.call('HDEL', KEYS[1], 'w', 'l', 'f', 'r', 'to')
redis.call('ZREM', KEYS[6], ARGV[1])
redis.call('SREM', KEYS[3], ARGV[1])
redis.call('SADD', KEYS[2], ARGV[1])
local counted = {a = 'active', p = 'unconfirmed', u = 'unsubscribed'}
-- Whoever had moved away is counted under the other address.
if counted[status] then redis.call('HINCRBY', KEYS[5], counted[status], -1) end
redis.call('HINCRBY', KEYS[5], 'active', 1)
return 'confirmed'
