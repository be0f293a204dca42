-- Opens or shuts the gate of one shard's ledger, which every claim passes, for one revision.
--
-- KEYS  1 meta
-- ARGV  1 gate ("open" or "shut")  2 revision to be claimed  3 step of the send at which that became
--       right  4 1 when that revision has an edition of the highlights, else empty
-- Returns 1 if the gate is now as asked, 0 when a later step said otherwise or nothing is planned.
--
-- Guarantee: a process that was slow to open a gate cannot undo a pause or an amendment that came
-- after.

local known = redis.call('HGET', KEYS[1], 'step')
if not known or tonumber(known) > tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], 'gate', ARGV[1], 'revision', ARGV[2], 'step', ARGV[3],
  'highlights', ARGV[4])
return 1
