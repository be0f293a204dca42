import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import PostalMime from 'postal-mime';
import { parseIssue } from '../../src/issue/parse.js';
import { createComposer } from '../../src/message/compose.js';
import { prepareMessage } from '../../src/message/prepare.js';
import { verifyToken } from '../../src/message/tokens.js';
import { renderMail } from '../../src/render/mail.js';
import { slotEvaluator } from '../../src/render/slots.js';
import type { Piece, SlotData } from '../../src/render/types.js';
import {
  SENT_AT,
  sampleRecipient,
  sampleSettings,
  sampleSigner,
  TOKEN_KEYS,
} from '../message/samples.js';
import { DESIGN } from '../support/design.js';

const ISSUES = fileURLToPath(new URL('../../../shared/newsletter/issues', import.meta.url));
const PUBLICATION = {
  name: 'The Weekly',
  slug: 'weekly',
  prefix: 'TW',
  from: { name: 'The Weekly', address: 'editor@example.com' },
  replyTo: undefined,
  url: 'https://weekly.example.com',
  postalAddress: '1 Example Street, Springfield',
  language: 'en',
  timezone: 'UTC',
  design: DESIGN,
  approver: undefined,
  editions: { highlights: true, subjectNote: undefined },
};

const evaluate = (pieces: readonly Piece[], data: SlotData): string =>
  pieces.map((piece) => (typeof piece === 'string' ? piece : slotEvaluator(piece)(data))).join('');
const lf = (text: string | undefined): string =>
  (text ?? '').replace(/\r\n/g, '\n').replace(/\n+$/, '');

test('every real issue arrives as it was rendered, signed, with a way out', async (t) => {
  if (!existsSync(ISSUES)) return t.skip('no folder of real issues beside the repository');
  const signer = sampleSigner();
  const dkim = { domain: signer.domain, selector: signer.selector };
  const reader = sampleRecipient();
  const { name, address, attributes } = reader;
  for (const file of readdirSync(ISSUES).filter((entry) => entry.endsWith('.md'))) {
    const { issue } = parseIssue(readFileSync(join(ISSUES, file), 'utf8'));
    if (issue === undefined) continue;
    const mail = await renderMail(issue, PUBLICATION);
    const prepared = prepareMessage(mail, sampleSettings({ issue: issue.number, dkim }));
    const composer = createComposer(prepared, { tokenKeys: TOKEN_KEYS, signer });
    const wire = Buffer.concat((await composer.compose(reader, SENT_AT)).chunks);
    const email = await PostalMime.parse(wire);
    const way = email.headers.find(({ key }) => key === 'list-unsubscribe')?.value ?? '';
    const unsubscribe_url = way.slice(1, -1);
    const data = {
      subscriber: { ...attributes, name, email: address, attributes },
      unsubscribe_url,
      preferences_url: unsubscribe_url.replace('/u/', '/p/'),
    };
    assert.equal(lf(email.text), lf(evaluate(mail.text, data)), file);
    assert.equal(lf(email.html), lf(evaluate(mail.html, data)), file);
    assert.ok(email.text?.includes(unsubscribe_url) && email.html?.includes(unsubscribe_url), file);
    const [token = ''] = unsubscribe_url.split('/').slice(-1);
    assert.equal(verifyToken(TOKEN_KEYS, 'weekly', 'unsubscribe', token)?.id, reader.id);
    const { results } = await dkimVerify(wire, { resolver: async () => [[signer.dnsRecord]] });
    assert.equal(results[0]?.status.result, 'pass', file);
    t.diagnostic(`${file}: ${wire.length} bytes, ${prepared.body.length} segments`);
  }
});
