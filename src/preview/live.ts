/** Keeps a preview up with what is saved: the mail at once, what takes longer to find after it. */
import { type Built, findingsOf } from './proof.js';
import type { PreviewModel } from './state.js';

/** The page fetches the mail meanwhile: checking keeps the process busy. */
const FINDINGS_AFTER_MS = 100;

export interface Live {
  /** Something was saved: builds, tells, and then finds. */
  rebuild(): void;
  /** Resolves when everything that was saved by now is built and shown. */
  built(): Promise<void>;
  stop(): void;
}

export function keepUp(
  model: PreviewModel,
  build: () => Promise<Built>,
  announce: () => void,
): Live {
  let building = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const find = async () => {
    const { proof } = model;
    if (!proof) return;
    const findings = await findingsOf(proof);
    model.takeFindings(proof, findings);
    announce();
  };
  const rebuild = async () => {
    clearTimeout(timer);
    model.take(await build());
    announce();
    timer = setTimeout(() => {
      building = building.then(find);
    }, FINDINGS_AFTER_MS);
  };
  return {
    rebuild: () => {
      building = building.then(rebuild);
    },
    built: () => building,
    stop: () => clearTimeout(timer),
  };
}
