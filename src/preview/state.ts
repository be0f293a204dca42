/** What the preview's page shows beside the mail itself. */
import type { CheckFinding } from '../check/types.js';
import type { Built, Proof, ProofError } from './proof.js';

/** Gmail cuts off a mail's HTML behind this many bytes. */
const CLIP_BYTES = 102_400;

export interface PreviewState {
  /** Raised with everything that is to be drawn again. */
  version: number;
  /** Raised with every mail that could be built. */
  mailVersion: number;
  title: string;
  number: number | null;
  file: string;
  lines: string[];
  findings: CheckFinding[];
  /** Whether what needs the finished mail (size, colours, mail programs) was looked for by now. */
  checked: boolean;
  readers: ReaderState[];
  clipBytes: number;
  /** The last build failed; the rest is the last one that did not. */
  error: ProofError | null;
  /** Whether saving a file will show here. */
  live: boolean;
}

interface ReaderState {
  key: string;
  label: string;
  subject: string;
  text: string;
  headers: { name: string; value: string }[];
  htmlBytes: number;
  messageBytes: number;
}

/** Keeps the last proof that could be built. */
export class PreviewModel {
  #version = 0;
  #mailVersion = 0;
  #checked = false;
  #proof: Proof | undefined;
  #error: ProofError | undefined;

  take(built: Built): void {
    this.#version++;
    this.#error = built.kind === 'error' ? built.error : undefined;
    if (built.kind === 'error') return;
    this.#proof = built.proof;
    this.#mailVersion++;
    this.#checked = false;
  }

  /** What was found of a proof after it was shown; of one that was replaced it is nobody's business. */
  takeFindings(of: Proof, findings: CheckFinding[]): void {
    if (this.#proof !== of) return;
    this.#proof = { ...of, findings };
    this.#checked = true;
    this.#version++;
  }

  get proof(): Proof | undefined {
    return this.#proof;
  }

  get error(): ProofError | undefined {
    return this.#error;
  }

  state(live: boolean): PreviewState {
    const proof = this.#proof;
    return {
      version: this.#version,
      mailVersion: this.#mailVersion,
      checked: this.#checked,
      title: proof?.title ?? '',
      number: proof?.number ?? null,
      file: proof?.file ?? this.#error?.file ?? '',
      lines: proof?.source.split(/\r\n?|\n/) ?? [],
      findings: proof?.findings ?? [],
      readers: Object.entries(proof?.copies ?? {}).map(([key, { html: _, ...copy }]) => ({
        key,
        ...copy,
      })),
      clipBytes: CLIP_BYTES,
      error: this.#error ?? null,
      live,
    };
  }
}
