-- Writes the ledger of one send in one shard: everybody who may be mailed now, all pending.
--
-- KEYS  1 meta  2 ids  3 state  4 info  5 the shard's mailable set
-- ARGV  1 recipients a batch  2 default lane  3 lanes of domains (JSON)  4 prefix of subscribers
--       5 start of the send (epoch ms)  6 revision  7 step of the send, its gate open
--       8 1 when that revision has an edition of the highlights, else empty
-- Returns how many were planned.
--
-- Guarantee: only if absent. A planner that starts again finds what the first one wrote and adds
-- nobody; ids, states and counters appear together or not at all.
-- @include incarnation
-- @include lanes

local planned = redis.call('HGET', KEYS[1], 'planned')
if planned then return tonumber(planned) end

local tails, runs = by_lane(redis.call('SMEMBERS', KEYS[5]), 0, ARGV[2], ARGV[3], ARGV[4])
local count = #tails
if count > 0 then
  redis.call('SET', KEYS[2], table.concat(tails))
  redis.call('SET', KEYS[3], string.rep('p', count))
  redis.call('SET', KEYS[4], string.rep('\0', count * 5))
end
redis.call('HSET', KEYS[1], 'planned', count, 'p', count, 'batch', ARGV[1],
  'runs', runs, 'start', ARGV[5], 'since', ARGV[5],
  'plannedAt', string.format('%d', now_ms()), 'gate', 'open', 'revision', ARGV[6], 'step', ARGV[7],
  'highlights', ARGV[8])
return count
