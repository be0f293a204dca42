import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { AppError } from '../../src/errors.js';
import { loadStrings } from '../../src/render/strings.js';
import { templatesOf } from './overrides.js';

const HOUR_MS = 3_600_000;
const NAME = 'mail.unsubscribe';

test('words are as they were when the first was asked for, and anew for who loads them', (t) => {
  const templatesDir = templatesOf(t, { 'strings.yaml': 'mail: {unsubscribe: Abmelden}' });
  const kept = loadStrings(templatesDir);
  assert.equal(kept.text(NAME), 'Abmelden');
  writeFileSync(join(templatesDir, 'strings.yaml'), 'mail: {unsubscribe: Uitschrijven}');
  assert.equal(kept.text(NAME), 'Abmelden');
  assert.equal(loadStrings(templatesDir).text(NAME), 'Uitschrijven');
});

test('who keeps words sees changed ones when it is time to look, and ours where there are none', (t) => {
  const templatesDir = templatesOf(t, { 'strings.yaml': 'mail: {unsubscribe: Abmelden}' });
  const always = loadStrings(templatesDir, { lookEveryMs: 0 });
  const rarely = loadStrings(templatesDir, { lookEveryMs: HOUR_MS });
  for (const { text } of [always, rarely]) assert.equal(text(NAME), 'Abmelden');
  rmSync(join(templatesDir, 'strings.yaml'));
  assert.equal(always.text(NAME), loadStrings(undefined).text(NAME));
  assert.equal(rarely.text(NAME), 'Abmelden');
});

test('words that cannot be read are looked for again at once', (t) => {
  const templatesDir = templatesOf(t, { 'strings.yaml': 'mail: {unsubscribe: [' });
  const { text } = loadStrings(templatesDir, { lookEveryMs: HOUR_MS });
  assert.throws(
    () => text(NAME),
    (error) => error instanceof AppError && error.code === 'template_invalid',
  );
  writeFileSync(join(templatesDir, 'strings.yaml'), 'mail: {unsubscribe: Abmelden}');
  assert.equal(text(NAME), 'Abmelden');
});
