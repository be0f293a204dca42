/** What is known of hosts and of the parameters in addresses. */

/**
 * Services that hide where a link leads: a reader cannot judge it, a filter distrusts it, and it is
 * dead when the service is.
 */
const SHORTENERS = new Set([
  'bit.ly',
  'bitly.com',
  'buff.ly',
  'cutt.ly',
  'dlvr.it',
  'goo.gl',
  'is.gd',
  'j.mp',
  'lnkd.in',
  'ow.ly',
  'rb.gy',
  'rebrand.ly',
  'shorturl.at',
  't.co',
  't.ly',
  'tiny.cc',
  'tinyurl.com',
  'trib.al',
  'v.gd',
]);

/** Sites that have answered on https: for years, under the same paths. */
const SECURE_SITES = [
  'arxiv.org',
  'doi.org',
  'docs.rs',
  'en.wikipedia.org',
  'github.com',
  'gitlab.com',
  'medium.com',
  'openreview.net',
  'reddit.com',
  'rust-lang.org',
  'stackoverflow.com',
  'twitter.com',
  'wikipedia.org',
  'www.rfc-editor.org',
  'youtu.be',
  'youtube.com',
];

/** Name the reader who copied the link, or their click: they tell a page about somebody else. */
const CLICK_IDS =
  /^(?:fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|mc_eid|mc_cid|_hsenc|_hsmi|mkt_tok|vero_id|oly_anon_id|oly_enc_id|ref_src|s_cid)$/i;
const CAMPAIGN = /^utm_[a-z]+$/i;

export function isShortener(host: string): boolean {
  return SHORTENERS.has(host.replace(/^www\./, ''));
}

export function answersSecurely(host: string): boolean {
  return SECURE_SITES.some((site) => host === site || host.endsWith(`.${site}`));
}

/** Names of an address's parameters that serve nobody but those who count. */
export function trackingParameters(url: string): { clicks: string[]; campaign: string[] } {
  const [beforeFragment = ''] = url.split('#');
  const query = beforeFragment.split('?').slice(1).join('?');
  const names = query.split('&').map((pair) => pair.split('=', 1)[0] ?? '');
  return {
    clicks: names.filter((name) => CLICK_IDS.test(name)),
    campaign: names.filter((name) => CAMPAIGN.test(name)),
  };
}

/** The same address without what names a click; the rest stays byte for byte. */
export function withoutClickIds(url: string): string {
  const [, address = url, query, fragment = ''] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(url) ?? [];
  if (query === undefined) return url;
  const kept = query.split('&').filter((pair) => !CLICK_IDS.test(pair.split('=', 1)[0] ?? ''));
  return `${address}${kept.length > 0 ? `?${kept.join('&')}` : ''}${fragment}`;
}
