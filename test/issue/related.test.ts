import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRelated } from '../../src/issue/related.js';
import { parseBody } from './parsed.js';

function other(number: number, body: string) {
  return { number, source: `---\nnumber: ${number}\ntitle: Issue ${number}\n---\n${body}\n` };
}

describe('of an archive', () => {
  const { issue } = parseBody(
    'See <@Rain@> and <@Fog@>.\n\n## News\n\n[Fog](https://a.example/fog): Wet.\n\n[Forum](https://a.example/forum)\n',
  );
  const numbersOf = (others: ReturnType<typeof other>[]) =>
    parseRelated(issue, others).map(({ number }) => number);

  it('only the nearest issues with a title or an address that is wanted are parsed', () => {
    const others = [
      other(1, '## N\n\n[Fog once](http://a.example/fog/): Wet.'),
      other(2, '## N\n\n[Fog](https://a.example/fog): Wet.'),
      other(3, '## N\n\n[Hail](https://a.example/hail): Hard.'),
      other(9, '## N\n\n[Forum](https://a.example/forum)'),
      other(10, '## N\n\n[*rain*](https://a.example/rain): Wet.'),
      other(11, '## N\n\n[Rain](https://a.example/rain): Wet.'),
    ];
    assert.deepEqual(numbersOf(others), [2, 10]);
  });

  it('few are parsed for an address that every one has in its text', () => {
    const others = Array.from({ length: 40 }, (_, i) =>
      other(i < 6 ? i + 1 : 7, '## N\n\nSee the [forum](https://a.example/forum).'),
    );
    assert.equal(numbersOf(others).length, 12);
  });
});
