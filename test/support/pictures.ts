/** Screenshots compared with those somebody has looked at. */
import { readFileSync } from 'node:fs';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';

export interface Difference {
  /** Share of pixels that are visibly different, 0 to 1; 1 when the sizes are. */
  share: number;
  sizes: string;
}

/**
 * @param picture PNG
 * @param goldenFile PNG to compare with
 */
export function differenceOf(picture: Buffer, goldenFile: string): Difference {
  const now = PNG.sync.read(picture);
  const then = PNG.sync.read(readFileSync(goldenFile));
  const sizes = `${now.width}x${now.height}, was ${then.width}x${then.height}`;
  // A line more or less may come from another version of a font; whole rows are cut off for it.
  const height = Math.min(now.height, then.height);
  if (now.width !== then.width || Math.abs(now.height - then.height) > then.height * 0.03) {
    return { share: 1, sizes };
  }
  const rows = now.width * height * 4;
  const [a, b] = [now.data.subarray(0, rows), then.data.subarray(0, rows)];
  const different = pixelmatch(a, b, undefined, now.width, height, { threshold: 0.3 });
  return { share: different / (now.width * height), sizes };
}
