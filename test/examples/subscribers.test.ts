import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { type Address, normalise, parseAddress } from '../../src/audience/address.js';
import { packageRoot } from '../../src/package-root.js';

interface Row {
  email: string;
  name: string;
  attributes: string;
}

const FILE = join(packageRoot(), 'examples', 'envelope', 'subscribers.csv');
const rows: Row[] = parse(readFileSync(FILE, 'utf8'), { columns: true });

/** Domains nobody can ever own. RFC 2606 */
const RESERVED = /[.@](?:test|example|example\.(?:com|net|org))$/;

function addressOf(row: Row): Address {
  const parsed = parseAddress(row.email);
  assert.ok(parsed.ok, `${row.email}: ${parsed.ok ? '' : parsed.reason}`);
  return parsed.address;
}

test('there are 500 subscribers, each with a valid address of their own', () => {
  const addresses = rows.map((row) => normalise(addressOf(row)));
  assert.equal(rows.length, 500);
  assert.equal(new Set(addresses).size, 500);
});

test('every address is in a domain that cannot exist', () => {
  for (const row of rows) assert.match(addressOf(row), RESERVED);
});

test('attributes are JSON objects', () => {
  for (const { email, attributes } of rows) {
    const value: unknown = JSON.parse(attributes);
    assert.ok(value !== null && typeof value === 'object' && !Array.isArray(value), email);
  }
});

test('the list holds what makes real lists hard', () => {
  const names = rows.map(({ name }) => name);
  const emails = rows.map(({ email }) => email);
  const scripts = ['Arabic', 'Hebrew', 'Devanagari', 'Han', 'Hangul', 'Hiragana', 'Thai'];
  for (const script of [...scripts, 'Greek', 'Cyrillic', 'Georgian', 'Armenian', 'Ethiopic']) {
    const written = new RegExp(`\\p{Script=${script}}`, 'u');
    assert.ok(
      names.some((name) => written.test(name)),
      `a name in ${script}`,
    );
  }
  assert.ok(names.filter((name) => name === '').length >= 5, 'people without a name');
  assert.ok(
    names.some((name) => /\p{Extended_Pictographic}/u.test(name)),
    'emoji',
  );
  for (const character of ["'", '’', '"', ',', '<', '&', '{{', '\\', '\u00a0']) {
    assert.ok(
      names.some((name) => name.includes(character)),
      `a name with ${character}`,
    );
  }
  assert.ok(
    emails.some((email) => /\+.*@/.test(email)),
    'plus-tags',
  );
  assert.ok(
    emails.some((email) => /[A-Z]/.test(email)),
    'upper case',
  );
  assert.ok(
    emails.some((email) => email.endsWith('@bücher.example')),
    'an IDN domain',
  );
});
