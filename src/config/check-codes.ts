/**
 * The rules of `pressrun check` that a publication can turn off or change in severity. What each
 * looks for is in docs/check.md; errors of the format itself are not among them: an issue that breaks
 * the format cannot be made into a mail.
 */
export const CHECK_CODES = [
  'duplicate-coverage',
  'duplicate-url',
  'empty-label',
  'empty-section',
  'foreign-merge-tag',
  'heading-in-item',
  'item-in-intro',
  'link-without-text',
  'metadata-repeated',
  'metadata-unknown',
  'other-issue-broken',
  'reference-later',
  'summarizer-missing',
  'tk-marker',
  'heading-order',
  'heading-without-space',
  'preheader-missing',
  'preheader-too-long',
  'subject-too-long',
  'link-anchor-unknown',
  'link-insecure',
  'link-malformed',
  'link-private',
  'link-shortened',
  'link-text-vague',
  'link-too-long',
  'link-tracking',
  'link-whitespace',
  'link-dead',
  'link-moved',
  'link-unreachable',
  'image-missing',
  'image-too-large',
  'image-unsupported',
  'image-without-alt',
  'html-large',
  'html-too-large',
  'html-invalid',
  'client-support',
  'contrast-low',
  'unsubscribe-missing',
] as const;

export type CheckCode = (typeof CHECK_CODES)[number];

/** Families of mail clients whose support of HTML and CSS is known (https://www.caniemail.com). */
export const MAIL_CLIENTS = [
  'apple-mail',
  'gmail',
  'outlook',
  'yahoo',
  'aol',
  'samsung-email',
  'thunderbird',
  'protonmail',
  'hey',
  'fastmail',
  'mail-ru',
  'orange',
  'sfr',
  'laposte',
] as const;

export type MailClient = (typeof MAIL_CLIENTS)[number];
