/** Findings as people read them in a terminal. */
import type { CheckedIssue } from '../check/check.js';
import type { CheckFinding, CheckSettings } from '../check/types.js';
import { counted, formatCount } from './ledger-view.js';

export interface FindingTally {
  errors: number;
  warnings: number;
}

export function tallyOf(findings: readonly CheckFinding[]): FindingTally {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return { errors, warnings: findings.length - errors };
}

/** `issues/1.md:12:5: warning link-insecure: …` */
export function findingLine(finding: CheckFinding): string {
  const { file, line, column, severity, code, message, fixable } = finding;
  const place = `${file}:${line}${column === undefined ? '' : `:${column}`}`;
  return `${place}: ${severity} ${code}: ${message}${fixable ? ' (--fix)' : ''}`;
}

/** "1 error, 2 warnings" */
export function tallyLine(findings: readonly CheckFinding[]): string {
  const { errors, warnings } = tallyOf(findings);
  if (errors + warnings === 0) return 'nothing to say';
  const words = [
    ...(errors > 0 ? [counted(errors, 'error')] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
  ];
  return words.join(', ');
}

/** "; 39,648 bytes of HTML (40 % of 100,000), 2,592 an item" */
export function sizeLine({ size }: CheckedIssue, { check }: CheckSettings): string {
  if (!size) return '';
  const { longest, averageItem } = size;
  const share = Math.ceil((100 * longest) / check.maxHtmlBytes);
  const each = averageItem > 0 ? `, ${formatCount(averageItem)} an item` : '';
  return `; ${formatCount(longest)} bytes of HTML (${share} % of ${formatCount(check.maxHtmlBytes)})${each}`;
}

/** ", with 12,345 bytes of HTML" */
export function highlightsLine({ highlights }: CheckedIssue): string {
  return highlights ? `, with ${formatCount(highlights.longest)} bytes of HTML` : '';
}
