/** Merge tags of the system that a source comes from: in no issue of ours, and each in the report. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { importIssue } from '../../src/import-issue/import-issue.js';

const read = async (source: string) => {
  const { text, leftOut, ...imported } = await importIssue(Buffer.from(source), { nextNumber: 1 });
  const tags = leftOut.filter(({ reason }) => reason.startsWith('merge tag of another system'));
  return { text, tags, leftOut, ...imported };
};

const TAGS = [
  ...['*|FNAME|*', '*|LIST:COMPANY|*', '{{ subscriber.email }}', '{{ contact.FIRSTNAME }}'],
  ...['{{unsubscribe_url}}', '%%first_name%%', '%%=v(@name)=%%', '%recipient.name%', '%FIRSTNAME%'],
  ...['{$email}', '{first_name}', '[FIRST_NAME]', '[firstname,fallback=]'],
];

const markdown = (line: string) => `---\ntitle: Ropes\n---\n\n${line}\n\n## News\n\nText.\n`;
const html = (line: string) => `<html><body><h1>Ropes</h1><p>${line}</p><p>Text.</p></body></html>`;
const flat = (line: string) => `${line}\n\nNEWS\n\nOne (Ann Lee) (summarized by Bo): Text.\n`;

describe('a merge tag of another system', () => {
  for (const tag of TAGS) {
    it(`is taken out of every kind of source, and said: ${tag}`, async () => {
      for (const source of [markdown, html, flat]) {
        const { text, tags, lostWords } = await read(source(`Dear ${tag}, hello ${tag} there.`));
        assert.match(text, /^Dear, hello there\.$/m, source.name);
        assert.deepEqual(
          tags.map((part) => part.text),
          [tag, tag],
        );
        assert.deepEqual(lostWords, []);
      }
    });
  }

  it('gives way to the fallback it names', async () => {
    const { text, tags } = await read(
      flat('Dear {{ first_name | default: "friend" }}, or {first_name, "reader"}, welcome.'),
    );
    assert.match(text, /^Dear friend, or reader, welcome\.$/m);
    assert.match(tags[0]?.reason ?? '', /"friend" stands in its place/);
  });

  it('takes with it the link or the brackets it stood in, and leaves their words', async () => {
    const line = 'Your [profile](*|UPDATE_PROFILE|*) has an address (sent to *|EMAIL|*).';
    const { text } = await read(markdown(line));
    assert.match(text, /^Your profile has an address \(sent to\)\.$/m);
    const page = await read(html('Your <a href="%%profile_url%%">profile</a> is here.'));
    assert.match(page.text, /^Your profile is here\.$/m);
    const plain = await read(flat('Your profile (*|UPDATE_PROFILE|*) is here.'));
    assert.match(plain.text, /^Your profile is here\.$/m);
  });

  it('stays where it is talked about: in code', async () => {
    const { text, tags } = await read(markdown('Write `*|FNAME|*`, or:\n\n```\n{$email}\n```'));
    assert.match(text, /`\*\|FNAME\|\*`, or:\n\n```\n\{\$email\}\n```/);
    assert.deepEqual(tags, []);
    assert.match((await read(html('Write <code>*|FNAME|*</code>.'))).text, /`\*\|FNAME\|\*`/);
  });

  it('that is a condition goes, and the text it was about stays', async () => {
    const { text, leftOut } = await read(
      markdown("{% if medium == 'email' %}Forward me.{% endif %}"),
    );
    assert.match(text, /^Forward me\.$/m);
    assert.equal(leftOut.length, 2);
  });

  it('is only named where braces may be anything', async () => {
    const { text, doubts } = await read(markdown('Set {{ wibble }}, {0} and {name}.'));
    assert.match(text, /^Set \{\{ wibble \}\}, \{0\} and \{name\}\.$/m);
    assert.deepEqual(
      doubts
        .map(({ rule, line, column }) => [rule, line, column])
        .filter(([rule]) => rule !== 'number-missing'),
      [['merge-tag-kept', 5, 5]],
    );
  });
});
