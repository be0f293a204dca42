/**
 * The rules against a corpus of what servers really answer (replies-corpus.tsv).
 *
 * A fixed part of it is held out: whoever mends a rule looks at what the other part gets wrong, so
 * that the held-out figures say how the rules do on replies they were not made from. Both are printed.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { classifyReply } from '../../src/delivery/replies.js';
import { REPLY_RULES } from '../../src/delivery/reply-rules.js';
import { parseReply } from '../../src/smtp/reply.js';
import type { Stage } from '../../src/smtp/types.js';

const STAGES: readonly Stage[] = ['connect', 'auth', 'mail', 'rcpt', 'data', 'message'];

interface Row {
  reply: string;
  stage: Stage;
  class: string;
  suppress: boolean;
  server: string;
  documented: string;
  heldOut: boolean;
}

const ROWS = readRows();

/** The hash of a reply decides, so that a row's part never changes: 5 of 16 are held out. */
function isHeldOut(reply: string): boolean {
  return createHash('sha256').update(reply).digest('hex').charAt(0) < '5';
}

function readRows(): Row[] {
  const text = readFileSync(new URL('replies-corpus.tsv', import.meta.url), 'utf8');
  const [, ...lines] = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [reply = '', stage = '', name = '', suppress, server = '', documented = ''] =
      line.split('\t');
    const known = STAGES.find((candidate) => candidate === stage);
    assert.ok(known && (suppress === 'yes' || suppress === 'no'), line);
    return {
      ...{ reply, stage: known, class: name, suppress: suppress === 'yes', server, documented },
      heldOut: isHeldOut(reply),
    };
  });
}

interface Score {
  rows: number;
  precision: number;
  recall: number;
  /** Share of rows with the expected class. */
  classes: number;
}

function scoreOf(rows: readonly Row[]): Score {
  const judged = rows.map((row) => {
    const { class: name, strike } = classifyReply(parseReply(row.reply), row.stage);
    return { row, name, struck: strike === 'at-once' };
  });
  const count = (test: (one: (typeof judged)[number]) => boolean): number =>
    judged.filter(test).length;
  const rightly = count(({ row, struck }) => row.suppress && struck);
  return {
    rows: rows.length,
    precision: rightly / count(({ struck }) => struck),
    recall: rightly / count(({ row }) => row.suppress),
    classes: count(({ row, name }) => row.class === name) / rows.length,
  };
}

test('"suppress this address" is right on what real servers say', (t) => {
  const parts = {
    whole: ROWS,
    development: ROWS.filter(({ heldOut }) => !heldOut),
    'held out': ROWS.filter(({ heldOut }) => heldOut),
  };
  for (const [part, rows] of Object.entries(parts)) {
    const { precision, recall, classes } = scoreOf(rows);
    t.diagnostic(
      `${part}: ${rows.length} replies, precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}, class right ${classes.toFixed(3)}`,
    );
  }
  const { precision, recall } = scoreOf(ROWS);
  assert.ok(precision >= 0.97, `precision ${precision}`);
  assert.ok(recall >= 0.9, `recall ${recall}`);
});

test('nearly every reply is given the class a person would give it', () => {
  assert.ok(scoreOf(ROWS).classes >= 0.95);
});

test('the corpus is what it says it is', () => {
  assert.ok(ROWS.length >= 300);
  assert.equal(new Set(ROWS.map(({ reply, stage }) => `${stage} ${reply}`)).size, ROWS.length);
  for (const { reply, server, documented } of ROWS) {
    assert.match(reply, /^[45]\d\d[ -]/);
    assert.ok(server !== '' && documented !== '', reply);
    for (const [address] of reply.matchAll(/[\w.+-]+@[\w.-]+/g)) {
      assert.match(address, /@([\w.-]+\.)?example\.?/, reply);
    }
    for (const [ip] of reply.matchAll(/\b\d+\.\d+\.\d+\.\d+\b/g))
      assert.match(ip, /^192\.0\.2\.|^4\.16\./);
  }
});

test('every class of the corpus is one the rules know', () => {
  const classes = new Set(REPLY_RULES.map((rule) => rule.class));
  for (const row of ROWS) assert.ok(classes.has(row.class), row.class);
});
