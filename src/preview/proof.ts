/**
 * preview/ shows an editor the mail as it would be sent, while it is being written. It builds the
 * very bytes a reader would get (freeze, compose, parse again), for readers of whom nothing may
 * change: its links to leave are those of a test. It writes nothing and sends nothing.
 */
import { randomBytes } from 'node:crypto';
import PostalMime from 'postal-mime';
import { type Reader, SAMPLE_READER } from '../audience/sample-reader.js';
import { checkRead } from '../check/check.js';
import type { CheckFinding } from '../check/types.js';
import { loadSettings, type Settings } from '../config/load.js';
import { freezeIssue } from '../delivery/freeze.js';
import { type Frozen, messageOf } from '../delivery/send-record.js';
import { AppError } from '../errors.js';
import { whyWhole } from '../issue/editions.js';
import { type ReadIssue, readIssue } from '../issue/store.js';
import { createComposer } from '../message/compose.js';
import { testRecipientId } from '../message/test-copy.js';
import type { RenderedMail } from '../render/types.js';

/** One reader's copy, as a mail program takes it apart. */
export interface Copy {
  /** What the reader is called in the preview. */
  label: string;
  subject: string;
  html: string;
  text: string;
  headers: { name: string; value: string }[];
  /** Bytes of the whole message. */
  messageBytes: number;
  /** Bytes of the HTML: what Gmail clips by. */
  htmlBytes: number;
}

export interface Proof {
  number: number;
  title: string;
  file: string;
  source: string;
  /** Of the text alone at first; {@link findingsOf} has all. */
  findings: CheckFinding[];
  copies: Record<ReaderKey, Copy>;
  /** Where relative images are on this machine. */
  publicUrl: string;
  settings: Settings;
  read: ReadIssue;
  rendered: RenderedMail;
}

/** `sample`, `stranger` and `highlights`; with `--as`, `chosen`. */
export type ReaderKey = string;

export interface NamedReader extends Reader {
  key: ReaderKey;
  label: string;
  address: string;
}

export const READERS: readonly NamedReader[] = [
  { key: 'sample', label: 'a sample reader', address: 'reader@example.org', ...SAMPLE_READER },
  {
    key: 'stranger',
    label: 'a reader of whom nothing is known',
    address: 'reader@example.org',
    name: '',
    attributes: {},
    edition: 'full',
  },
  {
    ...{ key: 'highlights', label: 'a reader of the highlights', address: 'reader@example.org' },
    ...SAMPLE_READER,
    edition: 'highlights',
  },
];

/** What could not be built, and where: the last good proof stays. */
export interface ProofError {
  message: string;
  file: string | undefined;
  line: number | undefined;
}

export type Built = { kind: 'proof'; proof: Proof } | { kind: 'error'; error: ProofError };

export async function buildProof(
  dir: string,
  issueArg: string,
  readers: readonly NamedReader[],
): Promise<Built> {
  try {
    return { kind: 'proof', proof: await build(dir, issueArg, readers) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { message, file, line } = error;
    return { kind: 'error', error: { message, file, line } };
  }
}

/** All that `check` finds, without asking links; takes longer than the proof itself. */
export async function findingsOf({ settings, read, rendered }: Proof): Promise<CheckFinding[]> {
  return (await checkRead(settings, read, { rendered })).findings;
}

async function build(
  dir: string,
  issueArg: string,
  readers: readonly NamedReader[],
): Promise<Proof> {
  const settings = await loadSettings(dir);
  const read = await readIssue(dir, issueArg, settings.publication);
  const { issue, file, source } = read;
  if (!issue) throw unreadable(read);
  const { rendered, ...frozen } = await freeze(settings, { issue, file });
  const shown = settings.publication.editions.highlights
    ? readers
    : readers.filter(({ key }) => key !== 'highlights');
  const copies = await Promise.all(
    shown.map(async (reader) => [reader.key, await copyFor(frozen, reader)]),
  );
  const { findings } = await checkRead(settings, read, { textOnly: true });
  const { number, title } = issue;
  return {
    ...{ number, title, file, source, findings, settings, read, rendered },
    copies: Object.fromEntries(copies),
    publicUrl: settings.publication.url,
  };
}

function unreadable({ findings, file }: ReadIssue): AppError {
  const first = findings.find(({ severity }) => severity === 'error');
  const where = { file, line: first?.line ?? 1 };
  return new AppError('issue_invalid', first?.message ?? 'not an issue', where);
}

/** Unsigned: the key need not be on an editor's machine. */
async function freeze(
  settings: Settings,
  loaded: { issue: Parameters<typeof freezeIssue>[1]['issue']; file: string },
): ReturnType<typeof freezeIssue> {
  const config = { ...settings, dkim: undefined, keys: NO_KEYS };
  return await freezeIssue(config, loaded, { today: new Date(), revision: 1 });
}

/** Links of a preview lead nowhere, so any key will do. */
const NO_KEYS = { idKey: Buffer.alloc(32), tokenKeys: [randomBytes(32)] as [Buffer] };

async function copyFor(frozen: Frozen, reader: NamedReader): Promise<Copy> {
  const composer = createComposer(
    messageOf(frozen, reader.edition),
    { tokenKeys: NO_KEYS.tokenKeys },
    { linkPurpose: 'test' },
  );
  const { name, address, attributes } = reader;
  const why = reader.edition === 'highlights' ? whyWhole(frozen.issue) : undefined;
  const label = why === undefined ? reader.label : `${reader.label} (all of it: ${why})`;
  const recipient = { id: testRecipientId(), address, name, attributes };
  const { chunks, size } = await composer.compose(recipient, new Date());
  const mail = await PostalMime.parse(Buffer.concat(chunks));
  const html = mail.html ?? '';
  return {
    ...{ label, html, text: mail.text ?? '', subject: mail.subject ?? '' },
    headers: mail.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
    messageBytes: size,
    htmlBytes: Buffer.byteLength(html),
  };
}
