import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isElsewhere, schemeOf } from '../../src/issue/address.js';

describe('an address', () => {
  it('has the scheme it begins with, in any case, or none', () => {
    assert.equal(schemeOf('HTTPS://a.example'), 'https:');
    assert.equal(schemeOf('x-a+b.c:d'), 'x-a+b.c:');
    for (const relative of ['', '7/a.png', '//a.example', '#a:b', '1a:b', './a:b', ' https:'])
      assert.equal(schemeOf(relative), undefined, relative);
  });

  it('leads elsewhere by a scheme or a host, blanks before it or not', () => {
    for (const url of [
      'https://a.example',
      '\n mailto:a@b.example',
      '//a.example/b',
      ' //a.example',
    ])
      assert.ok(isElsewhere(url), url);
    for (const url of ['', '101.mp3', './101/a:b.mp3', '/issues/1', '#listen'])
      assert.ok(!isElsewhere(url), url);
  });
});
