/** The mail's HTML as a document of its own, in one colour scheme, with or without its images. */
export interface MailLook {
  scheme: 'light' | 'dark';
  images: boolean;
}

/**
 * A browser follows its own colour scheme; here the scheme is chosen, so the media queries are
 * answered beforehand. No script, form or frame of a mail works in a mail program, nor here.
 */
export function mailDocument(
  html: string,
  { scheme, images }: MailLook,
  publicUrl: string,
): string {
  const answered = html
    .replace(
      /@media\s*\(prefers-color-scheme:\s*dark\)/gi,
      scheme === 'dark' ? '@media all' : '@media not all',
    )
    .replace(
      /(<meta[^>]*name="(?:supported-)?color-schemes?"[^>]*content=")[^"]*"/gi,
      `$1${scheme}"`,
    )
    .replaceAll(`src="${publicUrl}/`, 'src="/');
  const policy = `<meta http-equiv="Content-Security-Policy" content="${policyFor(images)}">`;
  return answered.replace(/<head\b[^>]*>/i, (head) => `${head}${policy}<base target="_blank">`);
}

export function policyFor(images: boolean): string {
  return `default-src 'none'; style-src 'unsafe-inline'; img-src ${images ? "'self' https: http: data:" : "'none'"}`;
}

/** `mail-sample-dark-blocked.html` */
export function mailFile(reader: string, { scheme, images }: MailLook): string {
  return `mail-${reader}-${scheme}${images ? '' : '-blocked'}.html`;
}

export const LOOKS: readonly MailLook[] = [
  { scheme: 'light', images: true },
  { scheme: 'light', images: false },
  { scheme: 'dark', images: true },
  { scheme: 'dark', images: false },
];
