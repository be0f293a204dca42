-- Writes down what became of claimed recipients.
--
-- KEYS  1 meta  2 state  3 info  4 texts
-- ARGV  1 batch (its first position)  2 epoch  3 revision that was sent  4 now (epoch ms)
--       5… settlements, see settlement.lua
-- Returns how many were written.
--
-- Guarantee: that of settlement.lua.
-- @include row
-- @include settlement

local meta = KEYS[1]
local epoch, start = unpack(redis.call('HMGET', meta, 'e' .. ARGV[1], 'start'))
local seconds_at = seconds_after(start)
local count = counters()
local rows = rows_between(KEYS[2], KEYS[3], {5, #ARGV, 6})
local written = settle_all({
  rows = rows,
  count = count,
  epoch = ARGV[2],
  current = epoch == ARGV[2],
  revision = tonumber(ARGV[3]),
  seconds_at = seconds_at,
  now = seconds_at(ARGV[4]),
}, 5, #ARGV)
rows.write()
count.write(meta)
return written
