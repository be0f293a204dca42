/** The mails of the examples against those in golden/, and against the rules of HTML. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { HtmlValidate, type RuleConfig } from 'html-validate';
import { GOLDEN, goldenMails } from './golden.js';

/** Rules for pages that a mail has to break, and why. */
const FOR_MAILS: RuleConfig = {
  // Outlook on Windows is spoken to in conditional comments.
  'no-conditional-comment': 'off',
  // Many clients drop style sheets, and Outlook reads sizes and sides from attributes only.
  'no-inline-style': 'off',
  'no-deprecated-attr': 'off',
  // MJML's frame is a div with the role of an article: clients drop the element itself.
  'prefer-native-element': 'off',
  // Optional in HTML, and 17 bytes a table.
  'prefer-tbody': 'off',
  // MJML writes it in lower case, which HTML allows.
  'doctype-style': 'off',
  // Any id without blanks is one in HTML; an item's begins with its issue's number.
  'valid-id': ['error', { relaxed: true }],
};

describe('the golden mails', () => {
  let mails: Map<string, string>;
  before(async () => {
    mails = await goldenMails();
  });

  test('every mail is as it was when it was last looked at (npm run golden)', () => {
    for (const [name, now] of mails) {
      const file = join(GOLDEN, name);
      assert.ok(existsSync(file), `${name} is missing: npm run golden`);
      assert.equal(now, readFileSync(file, 'utf8'), `${name} has changed: npm run golden`);
    }
  });

  test('their HTML is valid', async () => {
    const validator = new HtmlValidate({
      extends: ['html-validate:recommended'],
      rules: FOR_MAILS,
    });
    for (const [name, html] of mails) {
      if (!name.endsWith('.html')) continue;
      const { results } = await validator.validateString(html);
      const faults = results.flatMap(({ messages }) =>
        messages.map(({ ruleId, message, line }) => `${name}:${line} ${ruleId}: ${message}`),
      );
      assert.deepEqual([...new Set(faults)], []);
    }
  });
});
