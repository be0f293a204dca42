-- Lists the workers heard of lately, and forgets the others.
--
-- KEYS  1 workers
-- ARGV  1 how long a worker may be silent (ms)
-- Returns {{worker id, process id, host}, …}
--
-- Guarantee: by the clock that beat.lua wrote.

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local connected = {}
local known = redis.call('HGETALL', KEYS[1])
for i = 1, #known, 2 do
  local at, pid, host = string.match(known[i + 1], '^(%d+) (%d+) (.*)$')
  if at and now - tonumber(at) <= tonumber(ARGV[1]) then
    connected[#connected + 1] = {known[i], pid, host}
  else
    redis.call('HDEL', KEYS[1], known[i])
  end
end
return connected
