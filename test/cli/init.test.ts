import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { completed, configurationFile } from '../../src/cli/scaffold.js';
import { parseYaml } from '../../src/config/document.js';
import { loadConfig, settingsIn } from '../../src/config/load.js';
import { folder, pressrun } from './pressrun.js';

describe('init', () => {
  it('makes a publication whose sample issue is shown at once', async (t) => {
    const cwd = await folder(t);
    const made = await pressrun(['init', 'soil-weekly'], { cwd });
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, /Soil Weekly is ready in soil-weekly/);
    assert.match(made.stdout, /pressrun --dir soil-weekly show 1/);
    const shown = await pressrun(['--dir', 'soil-weekly', 'show', '1', '--json'], { cwd });
    assert.equal(shown.code, 0, shown.stderr);
    const { issue = JSON.parse(shown.stdout) } = JSON.parse(shown.stdout);
    assert.equal(issue.number, 1);
    assert.equal(shown.stderr, '', 'the sample has no warnings');
  });

  it('keeps the keys out of git and from others', async (t) => {
    const dir = await folder(t);
    await pressrun(['init', dir]);
    const keys = await stat(join(dir, '.pressrun', 'keys.yaml'));
    assert.equal(keys.mode & 0o777, 0o600);
    assert.equal((await stat(join(dir, '.pressrun'))).mode & 0o777, 0o700);
    assert.equal(await readFile(join(dir, '.gitignore'), 'utf8'), '.pressrun/\n');
    assert.equal((await loadConfig(dir, {})).keys.idKey.length, 32);
  });

  it('takes name, sender and addresses from the options', async (t) => {
    const dir = await folder(t);
    await pressrun([
      ...['init', dir, '--name', 'Söil: "Weekly"', '--from', 'Editor <ed@soil.org>'],
      ...['--url', 'https://soil.org/', '--postal-address', '1 Field\nLoam'],
      ...['--smtp-url', 'smtp://relay.soil.org:587', '--prefix', '#1'],
    ]);
    const { publication, smtp } = await loadConfig(dir, {});
    assert.equal(publication.name, 'Söil: "Weekly"');
    assert.equal(publication.slug, 'soil-weekly');
    assert.equal(publication.prefix, '#1');
    assert.deepEqual(publication.from, { name: 'Editor', address: 'ed@soil.org' });
    assert.equal(publication.url, 'https://soil.org');
    assert.equal(publication.postalAddress, '1 Field\nLoam');
    assert.equal(smtp.url, 'smtp://relay.soil.org:587');
  });

  it('prints one document with --json', async (t) => {
    const dir = await folder(t);
    const { stdout } = await pressrun(['init', join(dir, 'a'), '--json']);
    const { files, next } = JSON.parse(stdout);
    assert.ok(files.includes('pressrun.yaml'));
    assert.ok(next.length > 0);
  });

  it('adds one line to a .gitignore that is there', async (t) => {
    const dir = await folder(t);
    await writeFile(join(dir, '.gitignore'), 'node_modules');
    await pressrun(['init', dir]);
    assert.equal(await readFile(join(dir, '.gitignore'), 'utf8'), 'node_modules\n.pressrun/\n');
  });

  for (const name of ['pressrun.yaml', 'issues/1.md', '.pressrun/keys.yaml']) {
    it(`changes nothing where ${name} exists`, async (t) => {
      const dir = await folder(t);
      await mkdir(join(dir, name, '..'), { recursive: true });
      await writeFile(join(dir, name), 'mine');
      const before = await readdir(dir, { recursive: true });
      const { code, stdout } = await pressrun(['init', dir, '--json']);
      assert.equal(code, 1);
      assert.equal(JSON.parse(stdout).error.code, 'file_exists');
      assert.deepEqual(await readdir(dir, { recursive: true }), before);
      assert.equal(await readFile(join(dir, name), 'utf8'), 'mine');
    });
  }

  it('refuses a wrong option before anything is written', async (t) => {
    const dir = await folder(t);
    const { code, stderr } = await pressrun(['init', join(dir, 'x'), '--from', 'nobody']);
    assert.equal(code, 2);
    assert.match(stderr, /publication\.from: found "nobody"; allowed: a sender/);
    assert.deepEqual(await readdir(dir), []);
  });
});

it('whatever a publication is called, its configuration says so', async () => {
  const names = [
    'No',
    '123',
    'a: b',
    "it's # 1",
    '"',
    'Tab\there',
    '新聞',
    '🙂 News',
    '- x',
    '{a}',
  ];
  for (const name of names) {
    const yaml = configurationFile(completed({ name }, 'folder'));
    const { publication } = await settingsIn(parseYaml(yaml, 'pressrun.yaml'), '/p', {});
    assert.equal(publication.name, name);
    assert.equal(publication.from.address, 'news@example.org');
  }
});
