-- Included by scripts that write down what became of claimed recipients; after row. KEYS 1 to 4 are
-- meta, the state, the info and the texts.
--
-- Guarantee: the holder of the newest epoch settles what it claimed. A replaced worker's late,
-- definite word settles what became uncertain of that very claim (its epoch stands with the doubt),
-- and nothing else. Doing it again changes nothing.

-- Settles ARGV[from…to], six for each recipient: position, attempt, state (a, d, r, u, or - for "back
-- where it was"), due (epoch ms, for d), class, words. `with` has the rows, the counters (count), the
-- epoch, whether it is the newest (current), the revision that was sent, and seconds_at(epoch ms).
-- Returns how many were written.
local function settle_all(with, from, to)
  local rows, written = with.rows, 0
  local function settle(position, attempt, into, due, class, words)
    local state = rows.state(position)
    if state ~= 'c' and state ~= 'u' then return end
    local attempts, resent, revision, _, _, edition = rows.info(position)
    local held = state == 'c' and with.current and attempt == attempts + 1
    local late = state == 'u' and attempt == attempts and into ~= 'u'
      and whose_doubt(KEYS[1], position) == with.epoch
    if not (held or late) then return end
    if late or into == 'u' then note_doubt(KEYS[1], position, into == 'u' and with.epoch) end
    if into == '-' then
      -- The attempt was not made: a recipient that was deferred before is so again, at once due.
      into = attempt > 1 and resent == 0 and 'd' or 'p'
      rows.set_info(position, attempt - 1, resent, revision, with.now, 0, edition)
    else
      local text = class ~= '' and text_of(KEYS[4], class, words) or 0
      -- Rounded up: a recipient must not be claimed before the time it was deferred to.
      local seconds = into == 'd' and with.seconds_at(due) + 1 or with.now
      rows.set_info(position, attempt, resent, with.revision, seconds, text, edition)
    end
    rows.set_state(position, into)
    with.count.move(state, into)
    written = written + 1
  end
  for i = from, to, 6 do
    settle(tonumber(ARGV[i]), tonumber(ARGV[i + 1]), ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5])
  end
  return written
end
