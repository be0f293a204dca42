/** `npm run lint` is clean, and each of its four tools bites: a planted violation fails. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFile, cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TOOLS = {
  biome: ['biome', 'check', '.'],
  tsc: ['tsc', '--noEmit'],
  depcruise: ['depcruise', '--config', '.dependency-cruiser.mjs', 'src', 'workers'],
  knip: ['knip'],
} as const;

/** Names of the rules: `only('name', …)`, `never('name', …)` or `name: 'name'`. */
const RULE = /^ {2,4}(?:only\(\n? *|never\(\n? *|name: )'([a-z-]+)'/gm;

let copy: string;

function run(tool: keyof typeof TOOLS, cwd: string): Promise<{ code: number; output: string }> {
  const [name, ...args] = TOOLS[tool];
  const path = join(ROOT, 'node_modules', '.bin', name);
  return new Promise((resolve) => {
    execFile(path, args, { cwd, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr }),
    );
  });
}

/** Runs a tool over the copy with one more file in it. */
async function planted(tool: keyof typeof TOOLS, file: string, text: string) {
  await writeFile(join(copy, file), text);
  try {
    return await run(tool, copy);
  } finally {
    await rm(join(copy, file));
  }
}

before(async () => {
  copy = await mkdtemp(join(tmpdir(), 'pressrun-lint-'));
  const parts = [
    ...[
      'src',
      'workers',
      'test',
      'scripts',
      'package.json',
      'tsconfig.json',
      'tsconfig.build.json',
    ],
    ...['biome.json', 'knip.json', '.dependency-cruiser.mjs', '.gitignore'],
  ];
  for (const part of parts) await cp(join(ROOT, part), join(copy, part), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  // biome asks git what to leave out.
  await new Promise((resolve) => execFile('git', ['init', '-q'], { cwd: copy }, resolve));
});
after(() => rm(copy, { recursive: true, force: true }));

describe('the code as it is', () => {
  for (const tool of Object.keys(TOOLS) as (keyof typeof TOOLS)[]) {
    it(`passes ${tool}`, async () => {
      const { code, output } = await run(tool, ROOT);
      assert.equal(code, 0, output);
    });
  }
});

describe('a planted violation', () => {
  it('of style fails biome', async () => {
    const { code, output } = await planted(
      'biome',
      'src/planted.ts',
      'export default (x: any) => x ?? process.env.HOME;\n',
    );
    assert.notEqual(code, 0);
    assert.match(output, /noDefaultExport/);
    assert.match(output, /noExplicitAny/);
    assert.match(output, /noProcessEnv/);
  });

  it('of types fails tsc', async () => {
    const { code, output } = await planted(
      'tsc',
      'src/planted.ts',
      "export const n: number = 'x';\n",
    );
    assert.notEqual(code, 0);
    assert.match(output, /planted\.ts.*TS2322/);
  });

  it('of use fails knip', async () => {
    const { code, output } = await planted('knip', 'src/planted.ts', 'export const unused = 1;\n');
    assert.notEqual(code, 0);
    assert.match(output, /planted\.ts/);
  });

  describe('of the direction of imports fails dependency-cruiser', () => {
    /** Rule → the file that breaks it and what it imports. */
    const PLANTED: [rule: string, file: string, imported: string][] = [
      ['only-render-templates', 'src/message/planted-1.ts', 'handlebars'],
      ['only-queue-bullmq', 'src/delivery/planted-2.ts', 'bullmq'],
      ['only-smtp-nodemailer', 'src/cli/planted-3.ts', 'nodemailer'],
      ['only-inbound-receives', 'src/web/planted-30.ts', 'smtp-server'],
      ['inbound-lets-people-leave', 'src/inbound/planted-31.ts', '../delivery/retry.js'],
      ['only-redis-ioredis', 'src/web/planted-4.ts', 'ioredis'],
      ['issue-is-below', 'src/issue/planted-5.ts', '../render/slots.js'],
      ['import-issue-knows-issues-only', 'src/import-issue/planted-20.ts', '../render/mail.js'],
      ['import-issue-has-no-io', 'src/import-issue/planted-21.ts', 'node:fs'],
      ['render-is-low', 'src/render/planted-6.ts', '../message/tokens.js'],
      ['render-reads-no-issues', 'src/render/planted-32.ts', '../issue/pictures.js'],
      ['message-is-pure', 'src/message/planted-7.ts', '../audience/id.js'],
      ['audience-is-below-delivery', 'src/audience/planted-8.ts', '../delivery/retry.js'],
      ['delivery-is-below-the-top', 'src/delivery/planted-9.ts', '../queue/queues.js'],
      ['joining-is-below-the-top', 'src/joining/planted-22.ts', '../queue/queues.js'],
      ['joining-knows-no-sends', 'src/joining/planted-23.ts', '../delivery/retry.js'],
      ['redis-is-a-leaf', 'src/redis/planted-10.ts', '../audience/id.js'],
      ['backup-is-below-the-top', 'src/backup/planted-16.ts', '../queue/queues.js'],
      ['notify-is-below-the-top', 'src/notify/planted-22.ts', '../queue/queues.js'],
      ['delivery-tells-nobody', 'src/delivery/planted-23.ts', '../notify/tell.js'],
      ['journal-is-a-leaf', 'src/journal/planted-15.ts', '../redis/keys.js'],
      ['config-is-a-leaf', 'src/config/planted-11.ts', '../redis/keys.js'],
      ['smtp-is-low', 'src/smtp/planted-12.ts', '../delivery/retry.js'],
      ['web-is-not-cli', 'src/web/planted-13.ts', '../cli/command.js'],
      ['system-is-below-the-edges', 'src/system.ts', './cli/command.js'],
      ['check-needs-no-installation', 'src/check/planted-15.ts', '../audience/id.js'],
      ['no-circular', 'src/audience/planted-a.ts', './planted-b.js'],
      ['no-circular', 'src/audience/planted-b.ts', './planted-a.js'],
      ['issue-has-no-io', 'src/issue/planted-14.ts', 'node:fs'],
    ];
    let code: number;
    let output: string;

    before(async () => {
      for (const [, file, imported] of PLANTED) {
        await appendFile(join(copy, file), `import '${imported}';\n`);
      }
      ({ code, output } = await run('depcruise', copy));
      await cp(join(ROOT, 'src', 'system.ts'), join(copy, 'src', 'system.ts'));
      for (const [, file] of PLANTED.filter(([, name]) => name.includes('planted'))) {
        await rm(join(copy, file), { force: true });
      }
    });

    it('with an exit code', () => assert.notEqual(code, 0));

    for (const [rule, file] of PLANTED) {
      it(`by ${rule}: ${file}`, () => {
        // A circle is reported once, from its first file on.
        assert.match(output, new RegExp(`error ${rule}: (?:[^:]*\\s)?${file}`));
      });
    }

    it('and nothing is missing: every rule is among them', async () => {
      const text = await readFile(join(ROOT, '.dependency-cruiser.mjs'), 'utf8');
      const rules = [...text.matchAll(RULE)].map(([, name]) => name);
      assert.deepEqual([...new Set(PLANTED.map(([rule]) => rule))].sort(), rules.sort());
    });
  });
});
