import type { Edition } from '../issue/editions.js';

/** The reader a copy is made for when nobody in particular is asked for. */
export interface Reader {
  name: string;
  attributes: Record<string, unknown>;
  edition: Edition;
}

export const SAMPLE_READER: Reader = {
  name: 'Sample Reader',
  attributes: { city: 'Sampleton', country: 'Sampleland', company: 'Sample & Daughters' },
  edition: 'full',
};
