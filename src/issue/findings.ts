/** Gathers what is wrong with an issue file. */
import type { Finding, Severity } from './types.js';

export class Findings {
  readonly #list: Finding[] = [];

  error(rule: string, line: number, message: string): void {
    this.#add('error', rule, line, message);
  }

  warn(rule: string, line: number, message: string): void {
    this.#add('warning', rule, line, message);
  }

  /** In the order of the file. */
  get sorted(): Finding[] {
    return [...this.#list].sort((a, b) => a.line - b.line);
  }

  #add(severity: Severity, rule: string, line: number, message: string): void {
    this.#list.push({ severity, rule, line, message });
  }
}
