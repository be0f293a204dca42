/**
 * Groups of mailbox providers, by the domain of an address: with an own MTA each is a lane, because
 * each has limits and moods of its own. A table, no look-ups: domains that a provider hosts for others
 * go with `other`, which is only slower than it need be.
 *
 * Sources: the providers' own lists of domains they give addresses in, as of 2026.
 */
export const PROVIDER_GROUPS = ['google', 'microsoft', 'yahoo', 'apple', 'other'] as const;

export type ProviderGroup = (typeof PROVIDER_GROUPS)[number];

/** Connections of a lane where the configuration says nothing: what each provider bears well. */
export const PROVIDER_CONNECTIONS: Record<ProviderGroup, number> = {
  google: 5,
  microsoft: 5,
  yahoo: 5,
  apple: 5,
  other: 10,
};

const MICROSOFT_COUNTRIES =
  'at be ca cl co.jp co.uk com.ar com.au com.br com.mx cz de dk es fr gr hu ie in it nl no pt se'.split(
    ' ',
  );
const YAHOO_COUNTRIES =
  'at ca co.id co.in co.jp co.nz co.th co.uk co.za com.ar com.au com.br com.hk com.mx com.my com.ph com.sg com.tr com.tw com.vn cz de dk es fi fr gr hu ie in it nl no pl pt ro se'.split(
    ' ',
  );

const DOMAINS: Record<Exclude<ProviderGroup, 'other'>, readonly string[]> = {
  google: ['gmail.com', 'googlemail.com'],
  microsoft: [
    'hotmail.com',
    'live.com',
    'msn.com',
    'outlook.com',
    'passport.com',
    'windowslive.com',
    ...MICROSOFT_COUNTRIES.flatMap((country) =>
      ['hotmail', 'live', 'outlook'].map((name) => `${name}.${country}`),
    ),
  ],
  yahoo: [
    'aim.com',
    'aol.com',
    'rocketmail.com',
    'yahoo.com',
    'ymail.com',
    ...YAHOO_COUNTRIES.map((country) => `yahoo.${country}`),
  ],
  apple: ['icloud.com', 'mac.com', 'me.com'],
};

/** Domain (A-label, lower case) → group; whatever is not in it belongs to `other`. */
export const PROVIDER_DOMAINS: Readonly<Record<string, ProviderGroup>> = Object.fromEntries(
  Object.entries(DOMAINS).flatMap(([group, domains]) =>
    domains.map((domain) => [domain, group as ProviderGroup]),
  ),
);
