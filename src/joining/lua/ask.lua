-- Grants or refuses one more mail that nobody but a form asked for, by what the address got of late.
--
-- KEYS  1 the address's earlier mails
-- ARGV  1 now (epoch s)  2 request id  then pairs: most mails, in so many seconds (longest last)
-- Returns 1 when granted, else 0.
--
-- Guarantee: a repeated request gets the same answer. A refusal is not counted.
--
-- The key: "time:request" of each mail granted, oldest first.

local kept, longest = {}, tonumber(ARGV[#ARGV])
for time, request in string.gmatch(redis.call('GET', KEYS[1]) or '', '(%d+):(%S+)') do
  if request == ARGV[2] then return 1 end
  if tonumber(ARGV[1]) - tonumber(time) < longest then kept[#kept + 1] = time .. ':' .. request end
end
for limit = 3, #ARGV, 2 do
  local count = 0
  for _, mail in ipairs(kept) do
    local age = tonumber(ARGV[1]) - tonumber(string.match(mail, '^%d+'))
    if age < tonumber(ARGV[limit + 1]) then count = count + 1 end
  end
  if count >= tonumber(ARGV[limit]) then return 0 end
end
kept[#kept + 1] = ARGV[1] .. ':' .. ARGV[2]
redis.call('SET', KEYS[1], table.concat(kept, ' '), 'EX', longest)
return 1
