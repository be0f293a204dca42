/**
 * Answering a sign-up, in the worker: who is this, may they be written to, and with what. The page
 * has long said "look into your mail"; what stands in the mail only the owner of the address sees.
 */
import { isDisposableEmailDomain } from 'disposable-email-domains-js';
import type { Address } from '../audience/address.js';
import type { Audience } from '../audience/store.js';
import type { Logger } from '../log.js';
import { foldedAddress } from './abuse-key.js';
import type { LetterOrder } from './letter-order.js';
import type { SignUpLimits } from './limits.js';
import type { SignUp } from './sign-up.js';

/** The form on the page that says goodbye. */
export const RETURN_FORM = 'return';

export interface AnswerDependencies {
  audience: Pick<Audience, 'idOf' | 'wish'>;
  limits: Pick<SignUpLimits, 'mayAsk'>;
  log: Logger;
  enqueueLetter(letter: LetterOrder): Promise<void>;
}

/** Repeating it (a worker died) writes the same once more and orders no second letter. */
export async function answerSignUp(
  signUp: SignUp,
  { audience, limits, log, enqueueLetter }: AnswerDependencies,
): Promise<void> {
  const { address, at, request } = signUp;
  const id = audience.idOf(address);
  const occasion = signUp.form === RETURN_FORM ? 'return' : 'join';
  if (!(await limits.mayAsk(occasion, audience.idOf(foldedAddress(address)), request))) {
    log.info({ outcome: 'asked-before' }, 'a sign-up was answered');
    return;
  }
  const outcome = await audience.wish({ ...signUp, disposable: isDisposable(address) });
  log.info({ outcome, form: signUp.form }, 'a sign-up was answered');
  if (outcome === 'confirm') await enqueueLetter({ kind: 'confirm', id, at });
  else if (outcome === 'known') await enqueueLetter({ kind: 'known', id, at });
}

/** Throw-away addresses are flagged, not refused: some people want one for good reasons. */
function isDisposable(address: Address): boolean {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  const parts = domain.split('.');
  return parts.some((_, n) => isDisposableEmailDomain(parts.slice(n).join('.')));
}
