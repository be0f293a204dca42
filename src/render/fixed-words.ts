/** The `t` of templates for mails: fixed words of strings.yaml, with values every template knows. */
import Handlebars from 'handlebars';
import type { Strings, Values } from './strings.js';

const STRONG = /\*\*(.+?)\*\*/g;

/** @param known values beside those a template gives */
export function htmlWords(strings: Strings, known: Values): Handlebars.HelperDelegate {
  return (name: string, options: Handlebars.HelperOptions) => {
    const values: Values = { ...known, ...options.hash };
    const text = escaped(strings.text(name)).replace(STRONG, '<strong>$1</strong>');
    return new Handlebars.SafeString(
      text.replace(/\{(\w+)\}/g, (whole, key: string) =>
        key in values ? escaped(String(values[key] ?? '')) : whole,
      ),
    );
  };
}

/** The same in plain text, where nothing can be strong. */
export function plainWords(strings: Strings, known: Values): Handlebars.HelperDelegate {
  return (name: string, { hash }: Handlebars.HelperOptions) =>
    strings.text(name, { ...known, ...hash }).replace(STRONG, '$1');
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Apostrophes stay: a mail has many of them, and no attribute of ours stands in single quotes. */
function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character);
}
