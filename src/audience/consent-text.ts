/**
 * The consent of a subscriber as Redis keeps it: words with blanks between.
 *   "source at [ip]", or of a form (lua/confirm.lua)
 *   "form asked ip wording form confirmed ip flags", with "-" for what is not known
 */
import type { Consent, FormConsent } from './types.js';

export function consentText({ source, at, ip }: Consent): string {
  return [source, at, ...(ip ? [ip] : [])].join(' ');
}

export function consentFrom(text: string | undefined): Consent | undefined {
  const [source, at, ip, ...form] = (text ?? '').split(' ');
  if (!source) return undefined;
  const details = formFrom(form);
  return {
    source,
    at: Number(at),
    ...(ip && ip !== '-' && { ip }),
    ...(details && { form: details }),
  };
}

function formFrom(words: string[]): FormConsent | undefined {
  const [wording, name, confirmedAt, confirmedIp, flags] = words;
  if (wording === undefined || name === undefined) return undefined;
  return {
    ...{ name, wording, confirmedAt: Number(confirmedAt) },
    ...(confirmedIp && confirmedIp !== '-' && { confirmedIp }),
    disposable: flags === 'disposable',
  };
}
