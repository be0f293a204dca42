/**
 * The look of mail and pages: colours in light and dark mode, fonts, width, logo. What is written on
 * what is checked here, so that no publication sends a mail that cannot be read.
 */
import * as z from 'zod';
import { contrastOf, parseColor, toHex } from '../color.js';
import type { DesignConfig, Palette } from './types.js';
import { line, parsed, whole } from './values-schema.js';

/** WCAG 2.2, 1.4.3 (level AA). */
const LEAST_CONTRAST = 4.5;

/** Each colour that text has, and what it is written on. */
const WRITTEN: readonly (readonly [text: keyof Palette, on: keyof Palette])[] = [
  ['text', 'sheet'],
  ['text', 'tint'],
  ['text', 'opinion'],
  ['muted', 'sheet'],
  ['muted', 'page'],
  ['muted', 'opinion'],
  ['link', 'sheet'],
  ['link', 'tint'],
  ['link', 'opinion'],
  ['bandText', 'band'],
  ['bandMuted', 'band'],
  ['buttonText', 'button'],
];

const color = () =>
  parsed(
    parseHex,
    'a colour of three or six hexadecimal digits in quotes, such as "#17344b"',
    z.string(),
  );

/** Always six digits, in lower case: Outlook does not know the short form. */
function parseHex(text: string): string | undefined {
  const value = /^#[0-9a-f]/i.test(text.trim()) ? parseColor(text) : undefined;
  return value && toHex(value);
}

const palette = () =>
  z
    .strictObject({
      page: color(),
      sheet: color(),
      text: color(),
      muted: color(),
      rule: color(),
      link: color(),
      band: color(),
      bandText: color(),
      bandMuted: color(),
      button: color(),
      buttonText: color(),
      tint: color(),
      opinion: color(),
      opinionRule: color(),
    })
    .superRefine((colors, context) => {
      for (const [text, on] of WRITTEN) {
        const message = tooFaint(colors, text, on);
        if (message) {
          context.addIssue({ code: 'custom', path: [text], message, params: { isWhole: true } });
        }
      }
    });

function tooFaint(colors: Palette, text: keyof Palette, on: keyof Palette): string | undefined {
  const [upper, lower] = [parseColor(colors[text]), parseColor(colors[on])];
  if (!upper || !lower) return undefined;
  const contrast = contrastOf(upper, lower);
  if (contrast >= LEAST_CONTRAST) return undefined;
  const ratio = (Math.floor(contrast * 100) / 100).toFixed(2);
  return `${colors[text]} on ${on} ${colors[on]} has a contrast of ${ratio}, and ${LEAST_CONTRAST} is needed`;
}

const FONT = /^[\p{L}\d](?:[\p{L}\d -]*[\p{L}\d])?$|^-apple-system$/u;
const FONT_WORDS = 'font names with commas between, such as Georgia, "Times New Roman", serif';

/** `Georgia, "Times New Roman"` → `Georgia,'Times New Roman'`: fit for a style attribute. */
export function parseFonts(text: string): string | undefined {
  const names = text.split(',').map((name) => name.trim().replace(/^(["'])(.*)\1$/, '$2'));
  if (!names.every((name) => FONT.test(name))) return undefined;
  return names.map((name) => (/^[a-z][a-z0-9-]*$|^-/i.test(name) ? name : `'${name}'`)).join(',');
}

const fonts = () => parsed(parseFonts, FONT_WORDS);

/** A logo: a picture with its size, or nothing (undefined). */
const logo = z
  .strictObject({
    file: line('a picture below issues/, or an https:// URL').optional(),
    dark: line('a picture below issues/, or an https:// URL').optional(),
    width: whole(8, 800).optional(),
    height: whole(8, 400).optional(),
  })
  .transform(({ file, dark, width, height }, context): DesignConfig['logo'] => {
    if (file && width && height) return { file, dark: dark ?? file, width, height };
    const given = { file, dark, width, height };
    if (Object.values(given).every((value) => value === undefined)) return undefined;
    for (const [key, value] of Object.entries({ file, width, height })) {
      const message = 'a logo has a file, a width and a height';
      if (value === undefined) context.addIssue({ code: 'custom', path: [key], message });
    }
    return z.NEVER;
  });

export const designSchema = z.strictObject({
  width: whole(480, 800),
  light: palette(),
  dark: palette(),
  fonts: z.strictObject({ heading: fonts(), body: fonts(), code: fonts() }),
  logo,
});
