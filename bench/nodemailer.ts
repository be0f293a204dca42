/**
 * The contestants from nodemailer, in a process of their own: one pool over as many connections as
 * ours, and either a message composed for each recipient (the templates compiled once, the headers
 * ours) or one finished buffer for all.
 *
 * They do less than pressrun does: no queue, no ledger, no re-reading of the subscriber.
 */
import { readFileSync } from 'node:fs';
import nodemailer from 'nodemailer';
import MailComposer from 'nodemailer/lib/mail-composer';
import { loadConfig } from '../src/config/load.js';
import { loadIssue } from '../src/issue/store.js';
import { signToken } from '../src/message/tokens.js';
import { renderMail } from '../src/render/mail.js';
import { slotEvaluator } from '../src/render/slots.js';
import type { Piece, SlotData } from '../src/render/types.js';
import { CpuMeter, isMain, peakMegabytes } from './process.js';
import { CONNECTIONS, DKIM } from './publication.js';

export interface NodemailerOrder {
  /** Folder of the publication whose content is sent. */
  dir: string;
  secret: string;
  issue: number;
  port: number;
  messages: number;
  way: 'compose' | 'raw';
  /** Signs with this key. */
  keyFile?: string;
}

export interface NodemailerReport {
  seconds: number;
  cpuMicros: number;
  peakMegabytes: number;
}

/** Sent before the clock starts, so that connections stand and the code is compiled. */
const WARM_UP = 50;
const KEYS: [Buffer] = [Buffer.alloc(32, 'k')];

type Send = (n: number) => Promise<unknown>;

async function prepare(order: NodemailerOrder): Promise<{ send: Send; close(): void }> {
  const pool = nodemailer.createTransport({
    pool: true,
    host: '127.0.0.1',
    port: order.port,
    ignoreTLS: true,
    maxConnections: CONNECTIONS,
    maxMessages: Number.POSITIVE_INFINITY,
    ...(order.keyFile && {
      dkim: {
        domainName: DKIM.domain,
        keySelector: DKIM.selector,
        privateKey: readFileSync(order.keyFile, 'utf8'),
      },
    }),
  });
  const mailTo = await templates(order);
  const close = () => pool.close();
  if (order.way === 'compose') return { send: (n) => pool.sendMail(mailTo(n)), close };
  const raw = await new MailComposer(mailTo(0)).compile().build();
  return {
    send: (n) => pool.sendMail({ envelope: { from: FROM.address, to: addressOf(n) }, raw }),
    close,
  };
}

const FROM = { name: 'The Bench', address: 'editor@bench.example' };
const addressOf = (n: number): string => `reader${n}@mail${n % 40}.example`;

async function templates({ dir, secret, issue }: NodemailerOrder) {
  const config = await loadConfig(dir, { PRESSRUN_SECRET: secret });
  const loaded = await loadIssue(dir, String(issue), config.publication);
  const mail = await renderMail(loaded.issue, config.publication);
  const [subject, html, text] = [mail.subject, mail.html, mail.text].map(compile);
  return (n: number) => {
    const id = n.toString(36).padStart(16, 'A');
    const url = `http://127.0.0.1:9/u/${signToken(KEYS, { purpose: 'unsubscribe', id, issue }, 'bench')}`;
    const name = `Reader Number ${n}`;
    const attributes = { city: `Town ${n % 997}`, since: 1990 + (n % 36) };
    const data: SlotData = {
      subscriber: { ...attributes, name, email: addressOf(n), attributes },
      unsubscribe_url: url,
      preferences_url: url.replace('/u/', '/p/'),
    };
    return {
      from: FROM,
      to: { name, address: addressOf(n) },
      subject: subject?.(data),
      html: html?.(data),
      text: text?.(data),
      messageId: `<bench.${issue}.${id}@bench.example>`,
      headers: {
        'List-Unsubscribe': `<${url}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        'List-Id': 'The Bench <bench.bench.example>',
        'Feedback-ID': `issue${issue}:bench:newsletter:benchbench`,
        Precedence: 'bulk',
      },
    };
  };
}

function compile(pieces: readonly Piece[]): (data: SlotData) => string {
  const parts = pieces.map((piece) => (typeof piece === 'string' ? piece : slotEvaluator(piece)));
  return (data) => parts.map((part) => (typeof part === 'string' ? part : part(data))).join('');
}

/** Twice as many at a time as there are connections, so that none ever waits. */
async function sendAll(send: Send, from: number, to: number): Promise<void> {
  let next = from;
  const sender = async () => {
    while (next < to) await send(next++);
  };
  await Promise.all(Array.from({ length: CONNECTIONS * 2 }, sender));
}

async function compete(order: NodemailerOrder): Promise<NodemailerReport> {
  const { send, close } = await prepare(order);
  await sendAll(send, order.messages, order.messages + WARM_UP);
  process.send?.({ warm: true });
  await new Promise((resolve) => process.once('message', resolve));
  const meter = new CpuMeter([process.pid]);
  const startedAt = performance.now();
  await sendAll(send, 0, order.messages);
  const seconds = (performance.now() - startedAt) / 1000;
  const used = meter.usedMicros();
  close();
  return { seconds, cpuMicros: used, peakMegabytes: peakMegabytes(process.pid) };
}

if (isMain(import.meta.url)) {
  process.once('message', async (order: NodemailerOrder) => {
    process.send?.({ report: await compete(order) });
  });
  process.on('disconnect', () => process.exit());
}
