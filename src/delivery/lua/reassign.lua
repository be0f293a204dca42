-- Carries out a word about recipients that have ended or are put off, in one shard.
--
-- KEYS  1 meta  2 state  3 info  4 texts
-- ARGV  1 verb: "resend" (uncertain → pending, once per recipient), "assume" (uncertain → assumed),
--         "retry" (rejected → pending, attempts counted anew), "expire" (deferred → rejected)
--       2 now (epoch ms)  3 one position, or ""  4 only of this class, or ""
--       5 only what is so since before this time (epoch ms), or ""
-- Returns {moved, left alone because they were resent before, left alone because too fresh}.
--
-- Guarantee: state and counters change together; who is not in the state the verb is about stays as
-- they are, so that repeating it moves nobody twice.
-- @include row

local VERBS = {
  resend = {from = 'u', to = 'p'},
  assume = {from = 'u', to = 's'},
  retry = {from = 'r', to = 'p'},
  expire = {from = 'd', to = 'r'},
}
local verb = VERBS[ARGV[1]]
local start = tonumber(redis.call('HGET', KEYS[1], 'start'))
if not start then return {0, 0, 0} end
local now = math.floor((tonumber(ARGV[2]) - start) / 1000)
local before = ARGV[5] ~= '' and math.floor((tonumber(ARGV[5]) - start) / 1000)
local count = counters()
local moved, resent_before, fresh = 0, 0, 0

local class_of_text = {}
local function class_of(text)
  if not class_of_text[text] then
    local words = redis.call('HGET', KEYS[4], text)
    class_of_text[text] = words and string.match(words, '^[^\n]*') or ''
  end
  return class_of_text[text]
end

local function apply(position)
  local attempts, resent, revision, seconds, text, edition = read_info(KEYS[3], position)
  if ARGV[4] ~= '' and class_of(text) ~= ARGV[4] then return end
  if ARGV[1] == 'resend' and resent == 1 then resent_before = resent_before + 1 return end
  -- A backup knew of them: no policy decides about those, a person does.
  if before and class_of(text) == 'restored' then return end
  if before and seconds > before then fresh = fresh + 1 return end
  if ARGV[1] == 'resend' then
    resent, text = 1, 0
  elseif ARGV[1] == 'retry' then
    attempts, text = 0, 0
  elseif ARGV[1] == 'expire' then
    local words = redis.call('HGET', KEYS[4], text) or '\n'
    text = text_of(KEYS[4], 'expired', string.match(words, '\n(.*)$'))
  end
  write_info(KEYS[3], position, attempts, resent, revision, now, text, edition)
  if verb.from == 'u' then note_doubt(KEYS[1], position, false) end
  redis.call('SETRANGE', KEYS[2], position, verb.to)
  count.move(verb.from, verb.to)
  moved = moved + 1
end

if ARGV[3] ~= '' then
  local position = tonumber(ARGV[3])
  if redis.call('GETRANGE', KEYS[2], position, position) == verb.from then apply(position) end
else
  for at in string.gmatch(redis.call('GET', KEYS[2]) or '', '()' .. verb.from) do apply(at - 1) end
end
count.write(KEYS[1])
-- Who is to be mailed again has a schedule of their own, counted from now.
if moved > 0 and verb.to == 'p' then redis.call('HSET', KEYS[1], 'since', ARGV[2]) end
return {moved, resent_before, fresh}
