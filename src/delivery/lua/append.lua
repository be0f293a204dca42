-- Adds to the ledger of one send in one shard whoever may be mailed now and is not in it yet.
--
-- KEYS  1 meta  2 ids  3 state  4 info  5 the shard's mailable set
-- ARGV  1 default lane  2 lanes of domains (JSON)  3 prefix of subscribers  4 now (epoch ms)
-- Returns how many were added; 0 too when the shard was never planned.
--
-- Guarantee: nobody is in the ledger twice. Repeating it adds nobody; ids, states and counters
-- appear together or not at all.
-- @include lanes

local planned, runs = unpack(redis.call('HMGET', KEYS[1], 'planned', 'runs'))
if not planned then return 0 end
planned = tonumber(planned)

local ids, known = redis.call('GET', KEYS[2]) or '', {}
for at = 1, planned * 15, 15 do known[string.sub(ids, at, at + 14)] = true end
local added = {}
for _, tail in ipairs(redis.call('SMEMBERS', KEYS[5])) do
  if not known[tail] then added[#added + 1] = tail end
end
local count, new_runs = #added, ''
if count == 0 then return 0 end
added, new_runs = by_lane(added, planned, ARGV[1], ARGV[2], ARGV[3])

-- Whole strings at their final size: APPEND would leave room that nobody uses.
redis.call('SET', KEYS[2], ids .. table.concat(added))
redis.call('SET', KEYS[3], (redis.call('GET', KEYS[3]) or '') .. string.rep('p', count))
redis.call('SET', KEYS[4], (redis.call('GET', KEYS[4]) or '') .. string.rep('\0', count * 5))
redis.call('HINCRBY', KEYS[1], 'planned', count)
redis.call('HINCRBY', KEYS[1], 'p', count)
redis.call('HSET', KEYS[1], 'since', ARGV[4], 'runs',
  runs == '' and new_runs or runs .. ' ' .. new_runs)
return count
