/**
 * `npm run test:crash:postfix`: the long form of test/scenario/postfix.test.ts, as root. The environment
 * may say otherwise: POSTFIX_MESSAGES=2000 POSTFIX_STOPS=4.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noPostfix, startPostfix } from '../support/postfix.js';
import { sendWhileStopping } from '../support/postfix-send.js';

const MESSAGES = Number(process.env.POSTFIX_MESSAGES ?? 20_000);
const STOPS = Number(process.env.POSTFIX_STOPS ?? 20);

describe(`a real Postfix, stopped ${STOPS} times during ${MESSAGES} messages`, {
  skip: noPostfix,
  // On a busy machine, too, a fraction of it is enough.
  timeout: 60 * 60_000,
}, () => {
  it('gets nobody mailed twice, and whoever is missing is in doubt by name', async (t) => {
    const postfix = await startPostfix();
    try {
      const { ledger, missing, uncertain, twice, stops } = await sendWhileStopping(postfix, {
        messages: MESSAGES,
        stops: STOPS,
      });
      t.diagnostic(`${JSON.stringify(ledger)}, missing ${missing.length}, stops ${stops}`);
      assert.equal(stops, STOPS);
      assert.deepEqual(twice, []);
      assert.deepEqual(
        missing.filter((address) => !uncertain.includes(address)),
        [],
      );
      assert.equal((ledger.accepted ?? 0) + uncertain.length, MESSAGES);
    } finally {
      await postfix.remove();
    }
  });
});
