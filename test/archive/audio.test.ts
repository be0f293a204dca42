import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { inspectAudio } from '../../src/archive/audio-file.js';
import { formatDuration, parseDuration } from '../../src/archive/duration.js';
import { createEpisodeFiles, parseEpisodeName } from '../../src/archive/episode-files.js';
import { AppError } from '../../src/errors.js';
import { mp3, mp4, opus } from '../support/audio.js';
import { fc } from '../support/fast-check.js';

describe('audio', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pressrun-audio-test-'));
  });
  after(() => rm(dir, { recursive: true, force: true }));

  const written = async (name: string, content: string | Buffer) => {
    await writeFile(join(dir, name), content);
    return join(dir, name);
  };

  test('is known by its content, whatever its name says', async () => {
    for (const name of ['a.mp3', 'a.wav', 'a']) {
      const facts = await inspectAudio(await written(name, mp3(3)));
      assert.deepEqual(facts, { type: 'audio/mpeg', bytes: mp3(3).length, seconds: 3 });
    }
  });

  test('may be Ogg or M4A as well', async () => {
    const ogg = await inspectAudio(await written('b', opus(4)));
    assert.deepEqual([ogg.type, ogg.seconds], ['audio/ogg', 4]);
    const aac = await inspectAudio(await written('c', mp4(5, 'soun')));
    assert.deepEqual([aac.type, aac.seconds], ['audio/mp4', 5]);
  });

  test('anything else is refused, and the message says what is wanted', async () => {
    const contents: Record<string, string | Buffer> = {
      empty: '',
      text: 'These are words. '.repeat(500),
      page: '<!doctype html><title>404</title>',
      picture: Buffer.from('89504e470d0a1a0a0000000d494844520000000100000001', 'hex'),
      zip: Buffer.from(`504b0304${'00'.repeat(60)}`, 'hex'),
      'no film': Buffer.from('000000186674797069736f6d0000020069736f6d69736f32', 'hex'),
      film: mp4(5, 'vide'),
      wave: wave(),
    };
    for (const [name, content] of Object.entries(contents)) {
      const path = await written(`${name}.mp3`, content);
      await assert.rejects(inspectAudio(path), (error) => {
        assert.ok(error instanceof AppError, name);
        assert.equal(error.code, 'audio_invalid');
        assert.equal(error.file, path);
        assert.match(error.message, /MP3/);
        return true;
      });
    }
    await assert.rejects(inspectAudio(join(dir, 'none')), { code: 'file_missing' });
    await assert.rejects(inspectAudio(dir), { code: 'file_missing' });
  });

  test('what is kept has a name of issue and content, and is kept once', async () => {
    const files = createEpisodeFiles(join(dir, 'data'));
    const [one, other] = [await written('1', mp3(2)), await written('2', mp3(2, 1))];
    const name = await files.keep(7, one, 'audio/mpeg');
    assert.equal(await files.keep(7, one, 'audio/mpeg'), name);
    assert.equal(parseEpisodeName(name)?.issue, 7);
    const later = await files.keep(7, other, 'audio/mpeg');
    const ofAnother = await files.keep(70, one, 'audio/mpeg');
    await files.discard(7, later);
    const there = await Promise.all([name, later, ofAnother].map((each) => files.has(each)));
    assert.deepEqual(there, [false, true, true]);
  });

  test('a duration reads back as it is written', () => {
    assert.deepEqual([5, 65, 3_725].map(formatDuration), ['0:05', '1:05', '1:02:05']);
    for (const text of ['', '0', '1:60', '1:2', 'x', '1:02:3', '-5'])
      assert.equal(parseDuration(text), undefined, text);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 359_999 }), (seconds) => {
        assert.equal(parseDuration(formatDuration(seconds)), seconds);
      }),
    );
  });
});

/** A second of silence that browsers play and directories of podcasts do not take. */
function wave(): Buffer {
  const samples = Buffer.alloc(8_000, 0x80);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  for (const [at, value] of [
    [20, 1],
    [22, 1],
    [32, 1],
    [34, 8],
  ] as const)
    header.writeUInt16LE(value, at);
  header.writeUInt32LE(8_000, 24);
  header.writeUInt32LE(8_000, 28);
  header.write('data', 36);
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}
