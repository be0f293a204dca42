/** What one check found; `words` say how to mend it, unless it is ok. */
export interface Verdict {
  kind: 'ok' | 'warn' | 'fail';
  words: string;
}
