/**
 * Every rule of `pressrun check` with what it amounts to. docs/check.md explains them one by one; a
 * test holds the two against each other.
 */
import type { CheckCode } from '../config/check-codes.js';
import type { CheckConfig } from '../config/types.js';
import type { Severity } from '../issue/types.js';

/** The issue cannot be read or made into a mail: not to be configured away. */
const FORMAT_ERRORS = [
  'comment-unclosed',
  'date-invalid',
  'expression-invalid',
  'file-empty',
  'file-too-long',
  'image-refused',
  'metadata-invalid',
  'nested-too-deeply',
  'number-invalid',
  'number-missing',
  'number-taken',
  'opinion-without-summary',
  'reference-unresolved',
  'template-invalid',
  'title-missing',
] as const;

const BY_ITSELF: Record<CheckCode, Severity> = {
  'duplicate-coverage': 'warning',
  'duplicate-url': 'warning',
  'empty-label': 'warning',
  'empty-section': 'warning',
  'foreign-merge-tag': 'warning',
  'heading-in-item': 'warning',
  'item-in-intro': 'warning',
  'link-without-text': 'warning',
  'metadata-repeated': 'warning',
  'metadata-unknown': 'warning',
  'other-issue-broken': 'warning',
  'reference-later': 'warning',
  'summarizer-missing': 'warning',
  'tk-marker': 'warning',
  'heading-order': 'warning',
  'heading-without-space': 'warning',
  'preheader-missing': 'warning',
  'preheader-too-long': 'warning',
  'subject-too-long': 'warning',
  'link-anchor-unknown': 'warning',
  'link-insecure': 'warning',
  'link-malformed': 'error',
  'link-private': 'error',
  'link-shortened': 'warning',
  'link-text-vague': 'warning',
  'link-too-long': 'warning',
  'link-tracking': 'warning',
  'link-whitespace': 'warning',
  'link-dead': 'error',
  'link-moved': 'warning',
  'link-unreachable': 'warning',
  'image-missing': 'error',
  'image-too-large': 'warning',
  'image-unsupported': 'warning',
  'image-without-alt': 'warning',
  'html-large': 'warning',
  'html-too-large': 'error',
  'html-invalid': 'warning',
  'client-support': 'warning',
  'contrast-low': 'warning',
  'unsubscribe-missing': 'error',
};

/**
 * Errors nobody can send in spite of: there is no mail then, no telling which issue it is, or no way
 * to leave.
 */
const NOT_TO_BE_FORCED: readonly string[] = [
  'file-empty',
  'file-too-long',
  'image-refused',
  'metadata-invalid',
  'nested-too-deeply',
  'number-invalid',
  'number-missing',
  'number-taken',
  'template-invalid',
  'title-missing',
  'unsubscribe-missing',
];

export function canBeForced(code: string): boolean {
  return !NOT_TO_BE_FORCED.includes(code);
}

/** All codes a check can report. */
export const ALL_CODES: readonly string[] = [...FORMAT_ERRORS, ...Object.keys(BY_ITSELF)];

/** @returns undefined for a rule that is turned off */
export function severityOf(code: string, { rules }: CheckConfig): Severity | undefined {
  if (!isConfigurable(code)) return 'error';
  const severity = rules[code] ?? BY_ITSELF[code];
  return severity === 'off' ? undefined : severity;
}

function isConfigurable(code: string): code is CheckCode {
  return Object.hasOwn(BY_ITSELF, code);
}
