/**
 * Makes a clone ready to run: packages, a Redis server, the build; with `--tests` a browser and a
 * Postfix too. Plain Node without dependencies, quiet when there is nothing to do, everything it
 * fetches stays in `node_modules/` and `.tools/`. Says in one line what cannot be had; in CI that is
 * a failure.
 */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { provideChromium } from './setup/chromium.mjs';
import { buildWhenStale, checkNode, installPackages } from './setup/packages.mjs';
import { providePostfix } from './setup/postfix.mjs';
import { provideRedis } from './setup/redis.mjs';
import { verdict } from './setup/report.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tools = join(root, '.tools');

checkNode(root);
mkdirSync(tools, { recursive: true });
installPackages(root);
provideRedis(tools);
if (process.argv.includes('--tests')) {
  provideChromium(tools);
  providePostfix(tools);
}
buildWhenStale(root);
process.exitCode = verdict();
