/**
 * How long each phase may take, milliseconds.
 *
 * The shape is that of RFC 5321 §4.5.3.2. Only the reply to the final dot keeps the full ten
 * minutes: giving up there leaves a recipient `uncertain`, while giving up earlier costs nothing
 * but another try, so a silent relay is noticed in a minute or two.
 */
export interface Timeouts {
  /** Name look-up, connection, greeting, TLS, EHLO and login together. */
  connect: number;
  /** Each reply to MAIL, RCPT and RSET. */
  command: number;
  /** The reply to DATA. */
  data: number;
  /** Handing the message to the system. */
  block: number;
  /** The reply to the final dot. */
  message: number;
  /** A polite end: the reply to QUIT and the server's hanging up. */
  quit: number;
}

export const TIMEOUTS: Timeouts = {
  connect: 60_000,
  command: 120_000,
  data: 120_000,
  block: 180_000,
  message: 600_000,
  quit: 2_000,
};
