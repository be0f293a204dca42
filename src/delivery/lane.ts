/**
 * A lane: the way to one group of mailbox providers (with an own MTA), or to all of them. It leads
 * over one or more relays; each is a route, with the rate it grants and the troubles it is in, known
 * to all workers on all machines.
 *
 * A group of messages takes one route: picked by share among those that are not held back. So a relay
 * that dies is replaced by the others at the next group, and tried again when its back-off ends.
 */
import type { Keys } from '../redis/keys.js';
import { loadScript, type RedisClient, type Script } from '../redis/scripts.js';

/** First back-off after trouble with a relay; doubled with each further one. */
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;
/** While a lane's only route has no limit, it is asked this often whether that is still so. */
const ASK_AGAIN_MS = 100;
/** A group is at most this part of a second's messages. */
const GROUPS_PER_SECOND = 10;

/** With whom the trouble is. */
export type TroubleOf = 'relay' | 'redis';

export interface RouteOptions {
  /** Name of the relay. */
  relay: string;
  /** Part of the messages it takes, against the shares of the others; 0: only when no other can. */
  share: number;
  /** Messages a second in this lane over all workers; undefined: as fast as the relay takes them. */
  rate: number | undefined;
  /** The same for all lanes over this relay together; undefined: no other limit than the lanes'. */
  relayRate?: number | undefined;
}

/** What keeps one route from taking messages. */
export interface RouteTrouble {
  relay: string;
  of: TroubleOf;
  /** What the relay or the network said. */
  words: string;
  /** Epoch ms of the next try. */
  until: number;
}

export interface Trouble {
  words: string;
  /** How long the relay wants to be left alone; undefined: our own back-off. */
  pauseMs?: number | undefined;
  /** It takes mail, only not so fast. */
  slowDown?: boolean | undefined;
  /** Default: the relay. */
  of?: TroubleOf;
}

export interface Route {
  readonly relay: string;
  /** Holds the route back for everybody; returns the epoch ms of the next try. */
  backOff(trouble: Trouble): Promise<number>;
  /** The relay took a message after a trouble: the next one starts from a short back-off again. */
  recover(): Promise<void>;
}

/** The messages are ours on this route after `waitMs`, or nothing was reserved: ask again in `waitMs`. */
export type Reservation =
  | { kind: 'granted'; waitMs: number; route: Route; troubled: boolean }
  | { kind: 'held'; waitMs: number };

export interface Lane {
  readonly name: string;
  /** Reserves messages that may go within `longestWaitMs`, over one route. */
  reserve(messages: number, longestWaitMs: number): Promise<Reservation>;
  /** How many of `messages` to reserve at once: at low rates a group must not become a burst. */
  largestGroup(messages: number): number;
  /** Routes that are held back at this moment. */
  troubles(): Promise<RouteTrouble[]>;
}

interface Limit {
  key: string;
  rate: number | undefined;
}

/** Milliseconds to wait; granted; in trouble; without a limit at present (the last three 0 or 1). */
type Reply = [number, number, number, number];

/** @param routes at least one */
export function createLane(
  redis: RedisClient,
  keys: Keys,
  name: string,
  routes: readonly RouteOptions[],
): Lane {
  const reserve = loadScript('delivery', 'reserve');
  const backOff = loadScript('delivery', 'back-off');
  // What goes over the only route without being asked for, and until when (performance.now()).
  const unasked = { until: 0, messages: 0, backOffs: 0 };
  const askAgain = () => {
    unasked.until = 0;
    unasked.backOffs += 1;
  };
  const made = routes.map((options) => {
    const { relay, rate, relayRate } = options;
    const key = keys.route(name, relay);
    const limits: Limit[] = [{ key, rate }];
    if (relayRate !== undefined) limits.push({ key: keys.route('all', relay), rate: relayRate });
    return { ...options, key, limits, route: createRoute(redis, key, relay, backOff, askAgain) };
  });
  const rates = made.flatMap(({ limits }) => limits.map(({ rate }) => rate ?? Infinity));
  const slowest = Math.min(...rates);
  const take = async (messages: number, longestWaitMs: number, { key, rate }: Limit) => {
    const went = unasked.messages;
    unasked.messages = 0;
    return (await reserve.run(redis, [key], [messages, rate ?? 0, longestWaitMs, went])) as Reply;
  };
  const only = made.length === 1 && made[0]?.limits.length === 1 ? made[0].route : undefined;

  return {
    name,

    largestGroup: (messages) =>
      Math.min(messages, Math.max(1, Math.floor(slowest / GROUPS_PER_SECOND))),

    async reserve(messages, longestWaitMs) {
      if (only && performance.now() < unasked.until) {
        unasked.messages += messages;
        return { kind: 'granted', waitMs: 0, route: only, troubled: false };
      }
      const { backOffs } = unasked;
      let soonest = Infinity;
      for (const { limits, route } of inTurn(made)) {
        const replies: Reply[] = [];
        for (const limit of limits) {
          const reply = await take(messages, longestWaitMs, limit);
          replies.push(reply);
          if (reply[1] === 0) break;
        }
        const waitMs = Math.max(...replies.map(([wait]) => wait));
        const troubled = replies[0]?.[2] === 1;
        if (replies.every(([, granted]) => granted === 1)) {
          // Said before we held it back, it would no longer be true.
          const isFree = replies[0]?.[3] === 1 && !troubled && backOffs === unasked.backOffs;
          if (isFree) unasked.until = performance.now() + ASK_AGAIN_MS;
          return { kind: 'granted', waitMs, route, troubled };
        }
        soonest = Math.min(soonest, waitMs);
      }
      return { kind: 'held', waitMs: soonest };
    },

    async troubles() {
      const found = await Promise.all(
        made.map(async ({ key, relay }): Promise<RouteTrouble[]> => {
          const [words, until, of] = await redis.hmget(key, 'words', 'until', 'of');
          if (!words || !until) return [];
          return [{ relay, of: of === 'redis' ? 'redis' : 'relay', words, until: Number(until) }];
        }),
      );
      return found.flat();
    },
  };
}

function createRoute(
  redis: RedisClient,
  key: string,
  relay: string,
  backOff: Script,
  onBackOff: () => void,
): Route {
  return {
    relay,

    async backOff({ words, pauseMs, slowDown, of = 'relay' }) {
      onBackOff();
      const pauses = [pauseMs ?? '', FIRST_BACKOFF_MS, LONGEST_BACKOFF_MS];
      return Number(await backOff.run(redis, [key], [words, ...pauses, slowDown ? 1 : 0, of]));
    },

    async recover() {
      await redis.hdel(key, 'failures', 'until', 'words', 'of');
    },
  };
}

/** In an order drawn by share; those without a share come last. */
function inTurn<Item extends { share: number }>(items: readonly Item[]): Item[] {
  const [only] = items;
  if (items.length === 1 && only) return [only];
  const drawn = items.map((item) => ({ item, at: -Math.log(1 - Math.random()) / item.share }));
  return drawn.sort((a, b) => (a.at === b.at ? 0 : a.at - b.at)).map(({ item }) => item);
}
