/** What `npm run bench` may be told. */
import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Messages of a fast contestant's run over loopback; the slow ones and the slow line get a tenth. */
  recipients: number;
  /** Runs of each contestant; the figures are medians over them. */
  repeat: number;
  /** Contestants by name, or by a part of it; empty: all. */
  only: string[];
  /** Audience sizes of the growth table. */
  sizes: number[];
  /** Folder for the CPU profiles of workers and pages. */
  profile: string | undefined;
  /** Also written there as JSON. */
  json: string | undefined;
}

export const USAGE = `npm run bench -- [OPTIONS]
  --quick           small numbers, for a first look (2,000 messages, one run each)
  --recipients N    messages of a run, default 20,000 (slow contestants: a tenth of it)
  --repeat N        runs of each contestant, default 5
  --only A;B        the contestants A and B, or those whose names contain A or B; there are also
                    "growth", "rate", "search", "archive" and "leaving"
  --million         let the growth table go on to 1,000,000 subscribers
  --profile DIR     write the CPU profiles of workers and pages there (for Chrome's or VS Code's viewer)
  --json FILE       write everything as JSON, too`;

/** @throws Error with words for the person who typed them */
export function readOptions(args: string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      recipients: { type: 'string' },
      repeat: { type: 'string' },
      only: { type: 'string' },
      million: { type: 'boolean', default: false },
      profile: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const recipients = count('--recipients', values.recipients) ?? (values.quick ? 2_000 : 20_000);
  const sizes = values.quick || recipients < 10_000 ? [recipients] : [10_000, 100_000];
  return {
    recipients,
    repeat: count('--repeat', values.repeat) ?? (values.quick ? 1 : 5),
    only: values.only?.split(';').filter(Boolean) ?? [],
    sizes: values.million ? [...sizes, 1_000_000] : sizes,
    profile: values.profile,
    json: values.json,
  };
}

function count(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text.replaceAll(/[_,]/g, ''));
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`${name} is ${text}: write a whole number`);
}
