/**
 * Debian packages unpacked into a folder of the project, without root: apt works out what is
 * missing on this machine and downloads it, dpkg unpacks it. Nothing is installed.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onPath, outputOf } from './run.mjs';

/** True where packages can be had this way: Debian, Ubuntu and their like. */
export function hasApt() {
  return onPath('apt-get') !== undefined && onPath('dpkg') !== undefined;
}

/**
 * Unpacks packages, and whatever they need that this machine lacks, below `root`.
 * @param tools the project's `.tools` folder, for apt's own files
 * @returns whether it worked
 */
export function unpackPackages(packages, root, tools) {
  const privateApt = join(tools, 'apt');
  try {
    // The machine's package lists first: no download. They may be empty (a fresh container) or old.
    return unpackWith([], packages, root, tools) || unpackFresh(privateApt, packages, root, tools);
  } finally {
    rmSync(privateApt, { recursive: true, force: true });
  }
}

function unpackFresh(privateApt, packages, root, tools) {
  for (const folder of ['lists/partial', 'cache/archives/partial']) {
    mkdirSync(join(privateApt, folder), { recursive: true });
  }
  const options = [
    ['-o', `Dir::State::lists=${join(privateApt, 'lists')}`],
    ['-o', `Dir::Cache=${join(privateApt, 'cache')}`],
    // As root apt would download as user _apt, who may not write here.
    ['-o', 'APT::Sandbox::User='],
  ].flat();
  // Its status does not count: hooks of the machine's apt may fail for want of root.
  outputOf('apt-get', [...options, 'update']);
  return unpackWith(options, packages, root, tools);
}

function unpackWith(options, packages, root, tools) {
  const wanted = closureOf(options, packages);
  if (wanted === undefined) return false;
  const downloads = mkdtempSync(join(tools, 'download-'));
  try {
    if (
      outputOf('apt-get', [...options, 'download', ...wanted], { cwd: downloads }) === undefined
    ) {
      return false;
    }
    mkdirSync(root, { recursive: true });
    return readdirSync(downloads).every(
      (file) => outputOf('dpkg', ['-x', join(downloads, file), root]) !== undefined,
    );
  } finally {
    rmSync(downloads, { recursive: true, force: true });
  }
}

/** The packages themselves and those of their dependencies that are not installed. */
function closureOf(options, packages) {
  const plan = outputOf('apt-get', [
    ...options,
    ...['install', '--simulate', '--no-install-recommends', ...packages],
  ]);
  if (plan === undefined) return undefined;
  const lacking = [...plan.matchAll(/^Inst (\S+) /gm)].map(([, name]) => name);
  return [...new Set([...packages, ...lacking])];
}
