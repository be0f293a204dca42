-- Puts in doubt whoever may have been mailed since a backup was made, in one shard.
--
-- KEYS  1 meta  2 ids  3 state  4 info  5 texts  6 the shard's mailable set
-- ARGV  1 states to move (their bytes)  2 "append" to add whoever is mailable and in no row
--       3 now (epoch ms)  4 words  for a ledger that is to be made: 5 recipients a batch  6 lane
--       7 start of the send (epoch ms)  8 revision  9 step of the send
--       10… tails of people who came after the backup and are lost, added with the others
-- Returns how many are in doubt by this.
--
-- Guarantee: whoever is put in doubt is mailed by nobody without an operator's word. The counters
-- are counted anew from the states.
-- @include row

local planned, start, runs = unpack(redis.call('HMGET', KEYS[1], 'planned', 'start', 'runs'))
local append = ARGV[2] == 'append'
if not planned and not append then return 0 end
local ids = redis.call('GET', KEYS[2]) or ''
local states = redis.call('GET', KEYS[3]) or ''
local before = #states
start = tonumber(start or ARGV[7])
local now = math.max(0, math.floor((tonumber(ARGV[3]) - start) / 1000))
local text = text_of(KEYS[5], 'restored', ARGV[4])
local doubted = 0

for at in string.gmatch(states, '()[' .. ARGV[1] .. ']') do
  local attempts, resent, revision, _, _, edition = read_info(KEYS[4], at - 1)
  write_info(KEYS[4], at - 1, attempts, resent, revision, now, text, edition)
  doubted = doubted + 1
end
states = string.gsub(states, '[' .. ARGV[1] .. ']', 'u')

if append then
  local known, added = {}, {}
  for at = 1, #ids, 15 do known[string.sub(ids, at, at + 14)] = true end
  local function add(tail)
    if known[tail] then return end
    known[tail] = true
    added[#added + 1] = tail
  end
  for _, tail in ipairs(redis.call('SMEMBERS', KEYS[6])) do add(tail) end
  for i = 10, #ARGV do add(ARGV[i]) end
  if #added > 0 then
    ids = ids .. table.concat(added)
    states = states .. string.rep('u', #added)
    redis.call('SET', KEYS[2], ids)
    redis.call('APPEND', KEYS[4], string.rep('\0', #added * 5))
    for position = before, #states - 1 do
      write_info(KEYS[4], position, 0, 0, 1, now, text, 0)
    end
    local run = table.concat({ARGV[6], before, #added}, ' ')
    runs = (runs and runs ~= '') and runs .. ' ' .. run or run
    doubted = doubted + #added
  end
end

if #states > 0 then redis.call('SET', KEYS[3], states) end
for _, state in ipairs({'p', 'c', 'd', 'a', 's', 'r', 'k', 'u'}) do
  local _, count = string.gsub(states, state, '')
  redis.call('HSET', KEYS[1], state, count)
end
redis.call('HSET', KEYS[1], 'planned', #states, 'runs', runs or '')
for i, field in ipairs({'batch', 'start', 'since', 'revision', 'step'}) do
  local value = ({ARGV[5], ARGV[7], ARGV[7], ARGV[8], ARGV[9]})[i]
  redis.call('HSETNX', KEYS[1], field, value)
end
redis.call('HSETNX', KEYS[1], 'gate', 'shut')
return doubted
