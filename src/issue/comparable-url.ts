/** The same for addresses that lead to the same page, as far as one can tell by looking. */
export function comparableUrl(url: string): string {
  const [, host = '', path = ''] = /^https?:\/\/(?:www\.)?([^/?#]*)(.*)$/i.exec(url) ?? [];
  if (host === '') return url;
  const plain = path.replace(/[?&]utm_[a-z]+=[^&#]*/gi, '').replace(/\/(?=$|[?#])/, '');
  return host.toLowerCase() + plain;
}
