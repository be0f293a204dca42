/** When so much is refused that somebody should look, or that going on would do harm. Pure. */
import type { Config } from '../config/types.js';
import type { Ledger } from './types.js';

type Thresholds = Config['delivery']['halt'];

/**
 * @returns why the send must halt, or undefined
 * @see delivery.halt in config/defaults.yaml
 */
export function reasonToHalt(ledger: Ledger, thresholds: Thresholds): string | undefined {
  const refused = refusedBeyond(thresholds.permanentShare, ledger, thresholds);
  return refused && `${refused}, more than delivery.halt allows`;
}

/** @returns what an operator should know while the send goes on, or undefined */
export function reasonToWarn(ledger: Ledger, thresholds: Thresholds): string | undefined {
  const refused = refusedBeyond(thresholds.warnShare, ledger, thresholds);
  return refused && `${refused}: an old list, or a block; the reasons are below the ledger`;
}

function refusedBeyond(
  share: number,
  { accepted, rejected }: Ledger,
  { afterRecipients }: Thresholds,
): string | undefined {
  const settled = accepted + rejected;
  if (settled < afterRecipients || rejected / settled <= share) return undefined;
  const percent = ((100 * rejected) / settled).toFixed(1);
  return `${rejected} of ${settled} recipients (${percent} %) were refused for good`;
}
