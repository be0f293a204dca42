-- Begins to put the ledger of an ended send away.
--
-- KEYS  1 the send
-- ARGV  1 the step it must be at
-- Returns 1, or 0 when it has not ended, or moved since it was read.
--
-- Guarantee: from here on nobody opens the send again (the step is another one, see sends.ts), so
-- that nobody is given another chance in a ledger that is about to leave.

local state, step = unpack(redis.call('HMGET', KEYS[1], 'state', 'step'))
if state ~= 'finished' and state ~= 'cancelled' then return 0 end
if step ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'leaving', 1)
redis.call('HINCRBY', KEYS[1], 'step', 1)
return 1
