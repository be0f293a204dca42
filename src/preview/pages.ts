/** The preview's own page, from templates/web/preview*.hbs. */
import { renderTemplate } from '../render/templates.js';
import type { PreviewState } from './state.js';

/** Ends a script element early, or opens a comment in it: never in JSON as it is written here. */
const JSON_ESCAPES: Record<string, string> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };

export function previewPage(state: PreviewState): string {
  const json = JSON.stringify(state).replace(/[<>&]/g, (sign) => JSON_ESCAPES[sign] ?? sign);
  return renderTemplate(
    'preview',
    { state: json, title: state.title, number: state.number },
    { folder: 'web' },
  );
}

export function previewFile(name: 'preview.css' | 'preview.js'): string {
  return renderTemplate(name, {}, { folder: 'web' });
}
