/** Colours as CSS writes them in mails, and how well one can be read on another. */

/** 0–255 each. */
export type Color = readonly [red: number, green: number, blue: number];

const NAMES: Readonly<Record<string, Color>> = {
  black: [0, 0, 0],
  blue: [0, 0, 255],
  gray: [128, 128, 128],
  green: [0, 128, 0],
  grey: [128, 128, 128],
  maroon: [128, 0, 0],
  navy: [0, 0, 128],
  orange: [255, 165, 0],
  purple: [128, 0, 128],
  red: [255, 0, 0],
  silver: [192, 192, 192],
  teal: [0, 128, 128],
  white: [255, 255, 255],
  yellow: [255, 255, 0],
};

/** @returns undefined for what is no opaque colour: transparent, a gradient, a keyword */
export function parseColor(text: string): Color | undefined {
  const value = text.trim().toLowerCase();
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/.exec(value);
  if (short) return toColor(short.slice(1).map((digit) => Number.parseInt(digit + digit, 16)));
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/.exec(value);
  if (long) return toColor(long.slice(1).map((pair) => Number.parseInt(pair, 16)));
  const rgb = /^rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)(?:[\s,/]+(?:1|1\.0+|100%))?\s*\)$/.exec(
    value,
  );
  if (rgb) return toColor(rgb.slice(1).map(Number));
  return Object.hasOwn(NAMES, value) ? NAMES[value] : undefined;
}

function toColor([red = 0, green = 0, blue = 0]: number[]): Color {
  return [red, green, blue];
}

export function toHex(color: Color): string {
  return `#${color.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * 1 (the same) to 21 (black on white); text needs 4.5.
 * @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
 */
export function contrastOf(a: Color, b: Color): number {
  const [darker = 0, lighter = 0] = [luminanceOf(a), luminanceOf(b)].sort((x, y) => x - y);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminanceOf(color: Color): number {
  const [red = 0, green = 0, blue = 0] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
