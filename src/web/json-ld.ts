/** What search engines read of a page. @see https://schema.org, https://json-ld.org/spec/latest */
import { isoDuration } from '../archive/duration.js';
import type { PublicationConfig } from '../config/types.js';
import type { Listening } from './listen.js';

export interface StructuredIssue {
  number: number;
  title: string;
  date: string | undefined;
  description: string | undefined;
  canonical: string;
  image: string | undefined;
  listen?: Listening['listen'];
}

/** For inside of a script element: no text in it can end that. */
export function structuredIssue(
  { name, language, url }: Pick<PublicationConfig, 'name' | 'language' | 'url'>,
  { number, title, date, description, canonical, image, listen }: StructuredIssue,
): string {
  const document = {
    '@context': 'https://schema.org',
    '@type': 'Article',
    headline: title,
    url: canonical,
    mainEntityOfPage: canonical,
    inLanguage: language,
    isAccessibleForFree: true,
    datePublished: date,
    description,
    image,
    audio: listen && {
      '@type': 'AudioObject',
      contentUrl: listen.url,
      encodingFormat: listen.type,
      duration: isoDuration(listen.seconds),
    },
    position: number,
    isPartOf: { '@type': 'Periodical', name, url },
    publisher: { '@type': 'Organization', name, url },
  };
  return JSON.stringify(document).replace(/</g, '\\u003c');
}
