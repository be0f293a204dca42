/** "27 May 2020" as the publication's language writes it. */
export function dateInWords(language: string): (date: string | undefined) => string | undefined {
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  return (date) => date && format.format(new Date(`${date}T00:00:00Z`));
}
