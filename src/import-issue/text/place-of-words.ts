/** Where words stand as they are written, with a blank on either side; below 0 when nowhere. */
export function placeOfWords(text: string, words: readonly string[], from: number): number {
  const wanted = ` ${words.join(' ')} `;
  return ` ${text} `.indexOf(wanted, from);
}
