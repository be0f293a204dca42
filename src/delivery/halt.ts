/** When so much is refused that going on would do harm. Pure. */
import type { Config } from '../config/types.js';
import type { Ledger } from './types.js';

/**
 * @returns why the send must halt, or undefined
 * @see delivery.halt in config/defaults.yaml
 */
export function reasonToHalt(
  { accepted, rejected }: Ledger,
  { permanentShare, afterRecipients }: Config['delivery']['halt'],
): string | undefined {
  const settled = accepted + rejected;
  if (settled < afterRecipients || rejected / settled <= permanentShare) return undefined;
  const percent = ((100 * rejected) / settled).toFixed(1);
  return `${rejected} of ${settled} recipients (${percent} %) were refused for good, more than delivery.halt allows`;
}
