/** `pressrun status [ISSUE] --who ADDRESS`: what happened to one person, in one send or in all. */
import type { SendRecord } from '../delivery/send-record.js';
import type { RecipientStory } from '../delivery/tally.js';
import { AppError } from '../errors.js';
import type { System } from '../system.js';
import { EXIT, type Terminal } from './command.js';
import { addressFrom } from './subscribers.js';

interface Chapter {
  issue: number;
  title: string;
  /** Whether there was an edition of the highlights. */
  highlights: boolean;
  story: RecipientStory;
}

/** @throws AppError subscriber_unknown */
export async function tellStory(
  system: System,
  terminal: Terminal,
  record: SendRecord | undefined,
  address: string,
): Promise<number> {
  const id = system.audience.idOf(addressFrom(address));
  const records = record ? [record] : await system.sends.list();
  const chapters: Chapter[] = [];
  for (const { issue, title, highlights } of records) {
    const story = await system.tally.story(issue, id).catch((error: unknown) => {
      // Of all sends those that can be read here are told.
      if (record || !(error instanceof AppError)) throw error;
      terminal.note(`#${issue}: ${error.located}`);
      return undefined;
    });
    if (story) chapters.push({ issue, title, highlights, story });
  }
  if (record && chapters.length === 0) {
    throw new AppError(
      'subscriber_unknown',
      `issue ${record.issue} was not planned for that address`,
    );
  }
  const now = await standing(system, id);
  const documents = chapters.map(documentOf);
  terminal.document(record ? { ...documents[0], now } : { now, sends: documents });
  terminal.print(`now: ${now}`);
  for (const chapter of chapters) for (const line of linesOf(chapter)) terminal.print(line);
  if (chapters.length === 0) terminal.print('No send was planned for that address.');
  return EXIT.ok;
}

/** What the audience says of the person at this moment. */
async function standing({ audience }: System, id: string): Promise<string> {
  const [subscriber, suppression] = await Promise.all([audience.get(id), audience.suppression(id)]);
  const day = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);
  const parts = [
    subscriber ? subscriber.status : 'not on the list',
    ...(subscriber?.leftAt ? [`left ${day(subscriber.leftAt)}`] : []),
    ...(suppression ? [`suppressed (${suppression.reason}) since ${day(suppression.at)}`] : []),
  ];
  return parts.join(', ');
}

function documentOf({ issue, title, story }: Chapter): object {
  const { at, ...rest } = story;
  return { issue, title, ...rest, ...(at !== undefined && { at: new Date(at).toISOString() }) };
}

function linesOf({ issue, title, highlights, story }: Chapter): string[] {
  const { state, attempts, revision, edition, resent, at, words } = story;
  const when =
    at === undefined ? '' : `, ${state === 'deferred' ? 'due ' : ''}${new Date(at).toISOString()}`;
  const tried = attempts === 0 ? 'no attempt' : `${attempts} attempt${attempts === 1 ? '' : 's'}`;
  const which = edition && (highlights || edition !== 'full') ? `, edition ${edition}` : '';
  return [
    `#${issue} ${title}`,
    `  ${state}${when}`,
    `  ${tried}${revision ? `, revision ${revision}` : ''}${which}${resent ? ', mailed again after a doubt' : ''}`,
    ...(story.class ? [`  ${story.class}${words ? `: ${words}` : ''}`] : []),
  ];
}
