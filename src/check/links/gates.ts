/** Lets only so many through at a time, at each host and altogether. */

export interface Gates {
  at<T>(host: string, work: () => Promise<T>): Promise<T>;
  anywhere<T>(work: () => Promise<T>): Promise<T>;
}

const MOST_ANYWHERE = 16;

export function createGates(perHost: number): Gates {
  const hosts = new Map<string, Gate>();
  const all = new Gate(MOST_ANYWHERE);
  return {
    at(host, work) {
      const gate = hosts.get(host) ?? new Gate(perHost);
      hosts.set(host, gate);
      return gate.pass(work);
    },
    anywhere: (work) => all.pass(work),
  };
}

class Gate {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(width: number) {
    this.#free = width;
  }

  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}
