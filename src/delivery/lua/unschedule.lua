-- Forgets a scheduled send and what it froze: nobody was mailed, nobody is in a ledger.
--
-- KEYS  1 the send  2 its only revision
-- ARGV  1 the step it must be at
-- Returns 1, or 0 when it is not scheduled any more, or moved.
--
-- Guarantee: one that has begun is never forgotten.

local state, step = unpack(redis.call('HMGET', KEYS[1], 'state', 'step'))
if state ~= 'scheduled' or step ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1], KEYS[2])
return 1
