/** What set-up tells: to stderr only (stdout belongs to the command that follows), one line each. */

export const inCi = process.env.CI !== undefined && !['', '0', 'false'].includes(process.env.CI);

let missing = 0;

export function say(line) {
  process.stderr.write(`set-up: ${line}\n`);
}

/** Something that cannot be had: on a person's machine the rest still works, in CI it is a failure. */
export function lacks(line) {
  missing += 1;
  say(`missing: ${line}`);
}

/** @returns exit code of the whole set-up */
export function verdict() {
  return inCi && missing > 0 ? 1 : 0;
}

/** Ends set-up: nothing that follows could work. */
export function giveUp(line) {
  say(line);
  process.exit(1);
}
