/** How long a server asks to be left alone, where its words say so. Pure. */

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
/** "Try again in 5 minutes", "Retry after 3600 seconds", "wait 2 hours", "resets in 1 day" */
const STATED =
  /\b(?:again|retry|retrying|wait|resets?|until)\b[^.\d]{0,20}?\b(?:in|after|for)?\s*(\d{1,6})\s*(s|m|h|d)(?:ec(?:ond)?|in(?:ute)?|our|ay|r)?s?\b/i;
/** Nobody means longer; a wrong reading must not stop a send for weeks. */
const LONGEST_MS = 24 * 3_600_000;

/** @returns milliseconds, 1_000 … 86_400_000, or undefined when the words name no time */
export function statedPauseMs(text: string): number | undefined {
  const [, count, unit] = STATED.exec(text) ?? [];
  const unitMs = UNITS[unit?.toLowerCase() ?? ''];
  if (count === undefined || unitMs === undefined) return undefined;
  return Math.min(Math.max(Number(count) * unitMs, 1_000), LONGEST_MS);
}
