/** Long lists, a page at a time. */

export interface PageOf<T> {
  shown: T[];
  page: number;
  pages: number;
  /** Addresses of the neighbours, undefined at the ends. */
  previous: string | undefined;
  next: string | undefined;
}

/**
 * @param page as it was asked for; what is no number is the first
 * @param link the address of a page
 * @returns undefined for a page that there is not
 */
export function pageOf<T>(
  all: readonly T[],
  size: number,
  page: string | undefined,
  link: (page: number) => string,
): PageOf<T> | undefined {
  const pages = Math.max(1, Math.ceil(all.length / size));
  const wanted = page !== undefined && /^[1-9]\d{0,5}$/.test(page) ? Number(page) : 1;
  if (wanted > pages) return undefined;
  return {
    shown: all.slice((wanted - 1) * size, wanted * size),
    page: wanted,
    pages,
    previous: wanted > 1 ? link(wanted - 1) : undefined,
    next: wanted < pages ? link(wanted + 1) : undefined,
  };
}
