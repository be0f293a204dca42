/** What is broken on purpose, one thing at a time, and the cheapest suite that must notice. */

export type Suite = 'ledger' | 'sweep' | 'crash';

export interface Mutation {
  /** The guarantee that is taken away. */
  name: string;
  edits: { file: string; from: string; to: string }[];
  suite: Suite;
}

const lua = (name: string): string => `src/delivery/lua/${name}.lua`;

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'a claim does not check the epoch',
    edits: [
      { file: lua('claim'), from: "if ARGV[2] ~= epoch then return refuse('stale') end\n", to: '' },
    ],
    suite: 'ledger',
  },
  {
    name: 'a claim does not pass the gate',
    edits: [
      { file: lua('claim'), from: "if gate ~= 'open' then return refuse('shut') end\n", to: '' },
    ],
    suite: 'ledger',
  },
  {
    name: 'a claim does not check the revision',
    edits: [
      {
        file: lua('claim'),
        from: "if ARGV[3] ~= revision then return refuse('revised') end\n",
        to: '',
      },
    ],
    suite: 'ledger',
  },
  {
    name: 'a claim does not write down which edition it gave out',
    edits: [{ file: lua('claim'), from: 'if composed ~= edition then', to: 'if false then' }],
    suite: 'ledger',
  },
  {
    name: 'a claim gives out an edition that the revision does not have',
    edits: [{ file: lua('claim'), from: " and highlights == '1')", to: ')' }],
    suite: 'ledger',
  },
  {
    name: 'a settlement forgets which edition was sent',
    edits: [
      {
        file: lua('settlement'),
        from: 'with.revision, seconds, text, edition)',
        to: 'with.revision, seconds, text, 0)',
      },
    ],
    suite: 'ledger',
  },
  {
    name: 'a claim is not idempotent: its request id is ignored',
    edits: [
      {
        file: lua('claim'),
        from: 'granted[tonumber(position)] = true',
        to: '',
      },
    ],
    suite: 'ledger',
  },
  {
    name: 'a claim gives out who is claimed already',
    edits: [
      {
        file: lua('claim'),
        from: "local mine = state == 'c' and granted[position]",
        to: "local mine = state == 'c'",
      },
    ],
    suite: 'ledger',
  },
  {
    name: 'a claim does not re-read the subscriber',
    edits: [
      {
        file: lua('claim'),
        from: 'local reason = not mine and reason_against(suppressions[nth + 1], status, paused)',
        to: 'local reason = nil',
      },
    ],
    suite: 'ledger',
  },
  {
    name: 'what is remaining is computed by subtraction',
    edits: [
      {
        file: lua('row'),
        from: 'if change ~= 0 then',
        to: "if change ~= 0 and state ~= 'p' and state ~= 'c' then",
      },
      {
        file: 'src/delivery/tally.ts',
        from: 'remaining: count(state.pending) + count(state.claimed),',
        to: 'remaining: planned - "asrkud".split("").reduce((sum, letter) => sum + count(letter), 0),',
      },
    ],
    suite: 'ledger',
  },
  {
    name: 'a settlement does not check the attempt',
    edits: [
      {
        file: lua('settlement'),
        from: "state == 'c' and with.current and attempt == attempts + 1",
        to: "state == 'c' and with.current",
      },
      {
        file: lua('settlement'),
        from: "state == 'u' and attempt == attempts and into ~= 'u'",
        to: "state == 'u' and into ~= 'u'",
      },
    ],
    suite: 'ledger',
  },
  {
    name: 'a doubt is lifted by whoever speaks of an attempt of that number',
    edits: [
      {
        file: lua('settlement'),
        from: '\n      and whose_doubt(KEYS[1], position) == with.epoch',
        to: '',
      },
    ],
    suite: 'ledger',
  },
  {
    name: 'a replaced worker settles as if it still held the batch',
    edits: [
      {
        file: lua('settlement'),
        from: "state == 'c' and with.current and attempt == attempts + 1",
        to: "state == 'c' and attempt == attempts + 1",
      },
    ],
    suite: 'ledger',
  },
  {
    name: 'a planner plans a planned shard again',
    edits: [{ file: lua('plan'), from: 'if planned then return tonumber(planned) end\n', to: '' }],
    suite: 'ledger',
  },
  {
    name: 'a batch is opened for a job that was replaced',
    edits: [
      {
        file: lua('open'),
        from: "if not start or tonumber(ARGV[3]) < tonumber(serial or '1') then",
        to: 'if not start then',
      },
    ],
    suite: 'ledger',
  },
  {
    name: 'the sweep puts a lost batch back without a new serial',
    edits: [
      {
        file: 'src/delivery/sweep.ts',
        from: 'lost.map((batch) => ledger.requeue(batch))',
        to: 'lost.map(async (batch) => batch)',
      },
    ],
    suite: 'sweep',
  },
  {
    name: 'whom a dead worker held is pending again',
    edits: [
      {
        file: lua('open'),
        from: "states, lost = string.gsub(states, 'c', 'u')",
        to: "states, lost = string.gsub(states, 'c', 'p')",
      },
      {
        file: lua('open'),
        from: "redis.call('HINCRBY', meta, 'u', lost)",
        to: "redis.call('HINCRBY', meta, 'p', lost)",
      },
    ],
    suite: 'crash',
  },
  {
    name: 'a message is settled before it is sent',
    edits: [
      {
        file: 'src/delivery/deliver.ts',
        from: 'const verdict = await this.deliver(next);',
        to: `await this.options.ledger.settle(this.batch, [
          { position: next.who.position, attempt: next.who.attempt, outcome: { kind: 'accepted' } },
        ]);
        const verdict = await this.deliver(next);`,
      },
    ],
    suite: 'crash',
  },
];
