/**
 * What became of the messages of one batch, until it is written down: with the next claim, which
 * costs Redis no call of its own, or within a moment when there is none.
 */
import type { Settlement } from './types.js';

/** Outcomes wait so long for a claim to go with. */
const WRITE_WITHIN_MS = 20;

export class Outcomes {
  #unwritten: Settlement[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<unknown> = Promise.resolve();
  readonly #write: (outcomes: readonly Settlement[]) => Promise<unknown>;
  readonly #onFailure: () => void;

  /** @param onFailure called at once when writing failed; `end` says why */
  constructor(write: (outcomes: readonly Settlement[]) => Promise<unknown>, onFailure: () => void) {
    this.#write = write;
    this.#onFailure = onFailure;
  }

  add(outcome: Settlement): void {
    this.#unwritten.push(outcome);
    this.#timer ??= setTimeout(() => this.#writeNow(), WRITE_WITHIN_MS);
  }

  /** Hands them to whoever writes them down now. */
  take(): Settlement[] {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#unwritten.splice(0);
  }

  /** Resolves when all are written; rejects when any could not be. */
  async end(): Promise<void> {
    this.#writeNow();
    await this.#writing;
  }

  #writeNow(): void {
    const outcomes = this.take();
    if (outcomes.length === 0) return;
    this.#writing = Promise.all([this.#writing, this.#write(outcomes)]);
    this.#writing.catch(this.#onFailure);
  }
}
