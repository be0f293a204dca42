/** Schemas of single values, each with the words for what it may be. */
import * as z from 'zod';

/** For each value: what it may be, as a message says it after "allowed:". */
export const allowed = z.registry<{ allowed: string }>();

/** Text that `parse` turns into a value, or refuses with undefined. */
export function parsed<T>(
  parse: (text: string) => T | undefined,
  words: string,
  base = z.string(),
) {
  return base
    .transform((text, context) => {
      const value = parse(text);
      if (value !== undefined) return value;
      context.addIssue({ code: 'custom', message: words });
      return z.NEVER;
    })
    .register(allowed, { allowed: words });
}

export function line(words: string) {
  const oneLine = z
    .string()
    .trim()
    .regex(/^[^\r\n]+$/);
  return oneLine.register(allowed, { allowed: words });
}

export function whole(low: number, high: number) {
  const words = `a whole number from ${low} to ${high}`;
  return z.int().min(low).max(high).register(allowed, { allowed: words });
}
