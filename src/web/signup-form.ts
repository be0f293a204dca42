/** The form to subscribe with, as the pages show it. */
import type { WebDependencies } from './dependencies.js';

/** What templates/web/signup-form.hbs names. */
export interface SignUpForm {
  /** Which form this is, for the record of consent. */
  form: string;
  stamp: string;
  asksName: boolean;
  email?: string | undefined;
  name?: string | undefined;
  /** What is wrong with the address. */
  error?: string | undefined;
}

/** A page in a cache is the same for everybody for as long, and so is its stamp. */
const CACHED_FOR_MS = 60_000;

/** @param cached the page may be kept by caches: the stamp then names the minute it was made in */
export function signUpForm(
  { joining }: Pick<WebDependencies, 'joining'>,
  form: string,
  { cached = false, ...filled }: Partial<SignUpForm> & { cached?: boolean } = {},
): SignUpForm {
  const now = Date.now();
  const shownAt = cached ? now - (now % CACHED_FOR_MS) : now;
  return { form, stamp: joining.stamp(shownAt), asksName: true, ...filled };
}
