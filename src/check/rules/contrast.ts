/** Text that cannot be read on what it stands on, in light and in dark mode. */

import { type Color, contrastOf, toHex } from '../../color.js';
import { type ColouredText, colouredTexts, type Mode } from '../cascade.js';
import type { MailDocument } from '../document.js';
import { placeInTemplates } from '../templates.js';
import type { CheckSettings, Draft } from '../types.js';

/** WCAG 2.2, 1.4.3 (level AA). */
const LEAST = 4.5;

export function checkContrast({ $ }: MailDocument, settings: CheckSettings): Draft[] {
  const textsIn = colouredTexts($);
  return (['light', 'dark'] as const).flatMap((mode) => checkMode(textsIn(mode), mode, settings));
}

function checkMode(texts: readonly ColouredText[], mode: Mode, { dir }: CheckSettings): Draft[] {
  return texts.flatMap(({ text, color, background }): Draft[] => {
    const contrast = contrastOf(color, background);
    if (contrast >= LEAST) return [];
    const ratio = (Math.floor(contrast * 100) / 100).toFixed(2);
    const message =
      `in ${mode} mode "${excerpt(text)}" is ${toHex(color)} on ${toHex(background)}: ` +
      `a contrast of ${ratio}, and ${LEAST} is needed`;
    return [{ code: 'contrast-low', line: 1, message, ...placeOf(dir, color, background) }];
  });
}

function placeOf(dir: string, ...colors: Color[]): { file?: string; line?: number } {
  const written = colors.map(toHex).flatMap((hex) => [hex, shortened(hex)]);
  return placeInTemplates(dir, new RegExp(written.map((hex) => `${hex}\\b`).join('|'), 'i'));
}

function shortened(hex: string): string {
  return hex.replace(/^#(.)\1(.)\2(.)\3$/, '#$1$2$3');
}

function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
}
