/** Asks whether addresses still lead somewhere: politely, each once, and with an end. */
import { ask, PUBLIC_INTERNET, type Reach } from './ask.js';
import { createGates, type Gates } from './gates.js';
import { type Answer, type LinkOutcome, outcomeOf, type Redirect } from './outcome.js';

export type Probe = (url: string) => Promise<LinkOutcome>;

interface ProbeOptions {
  /** For one address, redirects included. */
  timeoutMs: number;
  /** Requests to one host at a time. */
  perHost: number;
  /** For tests: where requests may go. */
  reach?: Reach;
}

const MOST_REDIRECTS = 10;

/** Many servers answer HEAD with something they would not say to GET. */
const SAYS_LITTLE_TO_HEAD = (status: number) => status >= 400 && status !== 410 && status !== 429;

/** @returns a function that asks each address once, however often it is called */
export function createProbe({ timeoutMs, perHost, reach = PUBLIC_INTERNET }: ProbeOptions): Probe {
  const gates = createGates(perHost);
  const asked = new Map<string, Promise<LinkOutcome>>();
  return (url) => {
    const [page = url] = url.split('#');
    const known = asked.get(page);
    if (known) return known;
    const outcome = gates.anywhere(() => follow(page, { timeoutMs, gates, reach }));
    asked.set(page, outcome);
    return outcome;
  };
}

async function follow(
  start: string,
  { timeoutMs, gates, reach }: { timeoutMs: number; gates: Gates; reach: Reach },
): Promise<LinkOutcome> {
  const redirects: Redirect[] = [];
  const signal = AbortSignal.timeout(timeoutMs);
  let url = new URL(start);
  while (redirects.length <= MOST_REDIRECTS) {
    const here = url;
    const answer = await gates.at(here.host, () => askTwice(here, signal, reach));
    if (answer.kind === 'refused') return { kind: 'refused', why: answer.why, redirects };
    if (answer.kind === 'failed') {
      return { kind: answer.isDead ? 'dead' : 'unreachable', why: answer.why, redirects };
    }
    const { status, location } = answer;
    const isRedirect = status >= 300 && status < 400 && location !== undefined;
    if (!isRedirect) return outcomeOf(status, redirects);
    if (!URL.canParse(location, here.href)) {
      return { kind: 'unknown', why: 'it redirects to what is no address', redirects };
    }
    url = new URL(location, here);
    redirects.push({ status, to: url.href });
  }
  return { kind: 'unreachable', why: `it redirects over ${MOST_REDIRECTS} times`, redirects };
}

/** HEAD, which costs the other side little; GET where that says too little. */
async function askTwice(url: URL, signal: AbortSignal, reach: Reach): Promise<Answer> {
  const answer = await ask(url, 'HEAD', signal, reach);
  const isDone =
    answer.kind === 'refused' ||
    (answer.kind === 'failed' && (answer.isDead || signal.aborted)) ||
    (answer.kind === 'status' && !SAYS_LITTLE_TO_HEAD(answer.status));
  return isDone ? answer : await ask(url, 'GET', signal, reach);
}
