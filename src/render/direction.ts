/** Which way a language is written. */

/** Scripts that run from right to left, as ISO 15924 codes. */
const RIGHT_TO_LEFT = new Set([
  'Adlm',
  'Arab',
  'Hebr',
  'Mand',
  'Nkoo',
  'Rohg',
  'Samr',
  'Syrc',
  'Thaa',
]);

/** What a template needs to lay out a mail. */
export interface Direction {
  dir: 'ltr' | 'rtl';
  /** The side on which lines begin. */
  start: 'left' | 'right';
}

/** @param language BCP 47 */
export function directionOf(language: string): Direction {
  const script = new Intl.Locale(language).maximize().script ?? '';
  return RIGHT_TO_LEFT.has(script) ? { dir: 'rtl', start: 'right' } : { dir: 'ltr', start: 'left' };
}
