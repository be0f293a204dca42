/** `--links`: the links of an issue, asked one by one. */
import { comparableUrl } from '../../issue/comparable-url.js';
import type { Draft, Subject } from '../types.js';
import { writtenImages, writtenLinks } from '../written.js';
import { type LinkOutcome, movedTo } from './outcome.js';
import type { Probe } from './probe.js';

export interface AskedLink {
  url: string;
  line: number;
  outcome: LinkOutcome;
  /** What the issue announces as its audio, which mail and page say may not be up yet. */
  isAudio?: boolean;
}

/** Every http address of the issue that is written in it, images included, once. */
export async function askLinks(subject: Subject, probe: Probe): Promise<AskedLink[]> {
  const first = new Map<string, number>();
  for (const { url, line } of [...writtenLinks(subject), ...writtenImages(subject.issue)]) {
    const isAskable = /^https?:/i.test(url) && URL.canParse(url);
    if (isAskable && !first.has(url)) first.set(url, line);
  }
  return Promise.all(
    [...first].map(async ([url, line]) => ({
      ...{ url, line, outcome: await probe(url) },
      ...(url === subject.issue.audio && { isAudio: true }),
    })),
  );
}

export function draftsOf(asked: readonly AskedLink[]): Draft[] {
  return asked.flatMap(({ url, line, outcome, isAudio }): Draft[] => {
    const draft = (code: string, words: string) => [{ code, line, at: url, message: words }];
    switch (outcome.kind) {
      case 'dead':
        if (isAudio) return draft('link-unreachable', `the audio is not up yet: ${outcome.why}`);
        return draft('link-dead', `${url} is dead${wayOf(outcome)}: ${outcome.why}`);
      case 'refused':
        return draft('link-private', `${url} is not asked${wayOf(outcome)}: ${outcome.why}`);
      case 'unreachable':
        return draft(
          'link-unreachable',
          `${url} cannot be reached${wayOf(outcome)}: ${outcome.why}`,
        );
      case 'unknown':
        return [];
      case 'alive': {
        const target = movedTo(outcome);
        if (target === undefined || isSamePage(url, target)) return [];
        return draft('link-moved', `${url} has moved for good, to ${target}`);
      }
      default:
        return outcome satisfies never;
    }
  });
}

function wayOf({ redirects }: LinkOutcome): string {
  const last = redirects.at(-1);
  return last ? `, by way of ${last.to}` : '';
}

/** http to https, www or not, a slash: not worth an author's time. */
function isSamePage(url: string, target: string): boolean {
  return comparableUrl(url.split('#')[0] ?? '') === comparableUrl(target.split('#')[0] ?? '');
}
