/** Gathers what is wrong with an issue file. */
import type { Finding, Severity } from './types.js';

export class Findings {
  readonly #list: Finding[] = [];

  error(code: string, line: number, message: string): void {
    this.#add('error', code, line, message);
  }

  warn(code: string, line: number, message: string): void {
    this.#add('warning', code, line, message);
  }

  /** In the order of the file. */
  get sorted(): Finding[] {
    return [...this.#list].sort((a, b) => a.line - b.line);
  }

  #add(severity: Severity, code: string, line: number, message: string): void {
    this.#list.push({ severity, code, line, message });
  }
}
