/** The whole way to a foreign mail server that is none of ours: Postfix, into a Maildir. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import PostalMime from 'postal-mime';
import { noPostfix, type Postfix, startPostfix } from '../support/postfix.js';
import { publicationFor, sendWhileStopping } from '../support/postfix-send.js';

const MESSAGES = 1_000;
const DKIM = 'dkim: {domain: example.org, selector: spring, keyFile: dkim.pem}\n';

describe('a real Postfix', { skip: noPostfix }, () => {
  let postfix: Postfix;
  before(async () => {
    postfix = await startPostfix();
  });
  after(() => postfix.remove());

  it('delivers every mail whole, and each signature is valid after it', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const der = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const publication = await publicationFor(postfix, MESSAGES, DKIM);
    try {
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      await publication.write('dkim.pem', pem);
      const sent = await publication.run('send', '101', '--yes', '--wait', '--json', '--loopback');
      assert.equal(sent.code, 0, sent.stderr);
      assert.equal(sent.json().ledger.accepted, MESSAGES);
      const mails = await postfix.delivered();
      assert.equal(mails.length, MESSAGES);
      assert.equal(new Set(mails.map(({ to }) => to)).size, MESSAGES);
      for (const { to, raw } of mails) {
        const number = /^reader(\d+)@/.exec(to)?.[1];
        const mail = await PostalMime.parse(raw);
        assert.equal(mail.to?.[0]?.address, to);
        assert.match(mail.text ?? '', new RegExp(`Dear Reader ${number}, number ${number}\\.`));
        assert.match(mail.html ?? '', /https:\/\/example\.org\/first[\s\S]*<\/html>\s*$/);
        const { results } = await dkimVerify(raw, {
          resolver: async () => [[`v=DKIM1; k=rsa; p=${der}`]],
        });
        assert.deepEqual(
          results.map(({ status }) => status.result),
          ['pass'],
          to,
        );
      }
    } finally {
      await publication.remove();
    }
  });
});

describe('a real Postfix that is stopped in the middle of a send', { skip: noPostfix }, () => {
  it('gets nobody mailed twice, and whoever is missing is in doubt by name', async () => {
    const postfix = await startPostfix();
    try {
      const result = await sendWhileStopping(postfix, { messages: 600, stops: 3 });
      assert.equal(result.stops, 3);
      assert.deepEqual(result.twice, []);
      assert.deepEqual(
        result.missing.filter((address) => !result.uncertain.includes(address)),
        [],
      );
      assert.equal(result.ledger.uncertain, result.uncertain.length);
      assert.equal((result.ledger.accepted ?? 0) + result.uncertain.length, 600);
    } finally {
      await postfix.remove();
    }
  });
});
