import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ALL_CODES } from '../../src/check/severities.js';
import { EXAMPLES } from './examples.js';
import { type Files, makeFiles } from './publication.js';

/** Rules that need a network; links.test.ts has them. */
const OF_THE_NETWORK = ['link-dead', 'link-moved', 'link-unreachable'];

async function codesOf(files: Files, { check, ofMail }: (typeof EXAMPLES)[string]) {
  const publication = await makeFiles(files, check);
  try {
    const { findings } = await publication.check({ textOnly: ofMail !== true });
    return findings.map(({ code }) => code);
  } finally {
    await publication.remove();
  }
}

describe('every rule', () => {
  it('has an example', () => {
    const shown = [...Object.keys(EXAMPLES), ...OF_THE_NETWORK];
    assert.deepEqual(shown.sort(), [...ALL_CODES].sort());
  });

  for (const [code, example] of Object.entries(EXAMPLES)) {
    it(`${code}: reports what breaks it, and not what comes close`, async () => {
      const bad = await codesOf(example.bad, example);
      assert.ok(bad.includes(code), `found ${bad.join(', ') || 'nothing'}`);
      const good = await codesOf(example.good, example);
      assert.ok(!good.includes(code), `found ${good.join(', ')}`);
    });
  }
});

describe('the sizes of an issue', () => {
  it('are those of both editions, where there are two', async () => {
    const issue = (heading: string) =>
      `---\nnumber: 7\ntitle: Seven\n---\n## ${heading}\n\n[One](https://one.example): Text.\n\n## News\n\n[Two](https://two.example): Text.\n`;
    const sizes = await Promise.all(
      ['Highlights', 'Notes'].map(async (heading) => {
        const publication = await makeFiles({ 'issues/7.md': issue(heading) });
        const { size, highlights } = await publication.check({ editions: true });
        await publication.remove();
        return { full: size?.typical ?? 0, highlights: highlights?.typical };
      }),
    );
    const [two, one] = sizes;
    assert.ok((two?.highlights ?? 0) > 1_000 && (two?.highlights ?? 0) < (two?.full ?? 0));
    assert.equal(one?.highlights, undefined);
  });
});
