/** How long an episode is, as people write it: 31:05, 1:02:07. Pure. */

/** @param seconds whole */
export function formatDuration(seconds: number): string {
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, n) => (n === 0 ? `${part}` : String(part).padStart(2, '0'))).join(':');
}

/** @returns seconds, at least 1; undefined for what is no duration */
export function parseDuration(text: string): number | undefined {
  if (!/^\d{1,5}$|^\d{1,4}:[0-5]\d$|^\d{1,2}:[0-5]\d:[0-5]\d$/.test(text)) return undefined;
  return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) || undefined;
}

/** @see ISO 8601-1 §5.5.2.2 */
export function isoDuration(seconds: number): string {
  return `PT${seconds}S`;
}
