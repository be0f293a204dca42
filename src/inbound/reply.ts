/** An error that smtp-server makes a reply of. @see RFC 5321 §4.2.2 */
export function reply(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}
