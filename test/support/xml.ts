/** XML as a strict parser reads it. */
import { SaxesParser } from 'saxes';

/** The text itself, when it is well-formed with namespaces. @throws with line and column */
export function wellFormed(xml: string): string {
  textOf('', xml);
  return xml;
}

/** What stands in the elements of a name, one after the other. */
export function textOf(name: string, xml: string): string {
  const parser = new SaxesParser({ xmlns: true });
  const open: string[] = [];
  let found = '';
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (tag) => open.push(tag.name));
  parser.on('closetag', () => open.pop());
  parser.on('text', (text) => {
    if (open.at(-1) === name) found += text;
  });
  parser.write(xml).close();
  return found;
}
