/** `npm run lint` is clean, and each of its four tools bites: a planted violation fails. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
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
      'export default (x: any) => x;\n',
    );
    assert.notEqual(code, 0);
    assert.match(output, /noDefaultExport/);
    assert.match(output, /noExplicitAny/);
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

  const imports: [rule: string, file: string, imported: string][] = [
    ['only-render-templates', 'src/message/planted.ts', 'handlebars'],
    ['only-queue-bullmq', 'src/delivery/planted.ts', 'bullmq'],
    ['only-smtp-nodemailer', 'src/cli/planted.ts', 'nodemailer'],
    ['only-redis-ioredis', 'src/web/planted.ts', 'ioredis'],
    ['issue-is-below', 'src/issue/planted.ts', '../render/slots.js'],
    ['render-is-low', 'src/render/planted.ts', '../message/tokens.js'],
    ['message-is-pure', 'src/message/planted.ts', '../audience/id.js'],
    ['audience-is-below-delivery', 'src/audience/planted.ts', '../delivery/retry.js'],
    ['delivery-is-below-the-top', 'src/delivery/planted.ts', '../queue/queues.js'],
    ['redis-is-a-leaf', 'src/redis/planted.ts', '../audience/id.js'],
    ['issue-has-no-io', 'src/issue/planted.ts', 'node:fs'],
  ];
  for (const [rule, file, imported] of imports) {
    it(`of ${rule} fails dependency-cruiser`, async () => {
      const { code, output } = await planted('depcruise', file, `import '${imported}';\n`);
      assert.notEqual(code, 0);
      assert.match(output, new RegExp(`${rule}.*planted\\.ts`));
    });
  }

  it('of system-is-below-the-edges fails dependency-cruiser', async () => {
    const system = join(copy, 'src', 'system.ts');
    await writeFile(system, "import './cli/command.js';\n");
    const { code, output } = await run('depcruise', copy);
    await cp(join(ROOT, 'src', 'system.ts'), system);
    assert.notEqual(code, 0);
    assert.match(output, /system-is-below-the-edges/);
  });

  it('of no-circular fails dependency-cruiser', async () => {
    await writeFile(join(copy, 'src/audience/ring.ts'), "import './planted.js';\n");
    const { code, output } = await planted(
      'depcruise',
      'src/audience/planted.ts',
      "import './ring.js';\n",
    );
    await rm(join(copy, 'src/audience/ring.ts'));
    assert.notEqual(code, 0);
    assert.match(output, /no-circular/);
  });
});
