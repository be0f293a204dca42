/**
 * Enough of an address for its owner to know it, too little for anyone else: `r•••@e•••.org`.
 * Mails are forwarded, so whoever opens an unsubscribe page may not be the subscriber.
 */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  const dot = domain.lastIndexOf('.');
  const ending = dot > 0 ? domain.slice(dot) : '';
  return `${firstCharacter(address.slice(0, at))}•••@${firstCharacter(domain)}•••${ending}`;
}

function firstCharacter(text: string): string {
  return [...text][0] ?? '';
}
