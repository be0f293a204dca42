import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { domainToASCII } from 'node:url';
import { parse } from 'csv-parse/sync';
import { packageRoot } from '../../src/package-root.js';

interface Row {
  email: string;
  name: string;
  attributes: string;
}

const FILE = join(packageRoot(), 'examples', 'envelope', 'subscribers.csv');
const rows: Row[] = parse(readFileSync(FILE, 'utf8'), { columns: true });

/** Domains nobody can ever own. RFC 2606 */
const RESERVED = /(?:^|\.)(?:test|example|example\.(?:com|net|org))$/;
/** A dot-atom (RFC 5322 §3.2.3): no quoted local parts among the examples. */
const DOT_ATOM = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const DOMAIN = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/;

function split(email: string): { local: string; domain: string } {
  const at = email.lastIndexOf('@');
  return { local: email.slice(0, at), domain: domainToASCII(email.slice(at + 1)) };
}

test('there are 500 subscribers, each with an address of their own', () => {
  const normalised = rows.map(({ email }) => {
    const { local, domain } = split(email.normalize('NFC'));
    return `${local.toLowerCase()}@${domain}`;
  });
  assert.equal(rows.length, 500);
  assert.equal(new Set(normalised).size, 500);
});

test('every address is valid and in a domain that cannot exist', () => {
  for (const { email } of rows) {
    const { local, domain } = split(email);
    assert.match(local, DOT_ATOM, email);
    assert.ok(Buffer.byteLength(local) <= 64, email);
    assert.match(domain, DOMAIN, email);
    assert.match(domain, RESERVED, email);
  }
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
