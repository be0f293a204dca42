/** 405 for the methods a known path does not take, instead of a misleading 404. */
import type { FastifyInstance, HTTPMethods } from 'fastify';
import { HttpError } from './error-pages.js';

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | 'TRACE';
const METHODS: Method[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];

/** @param allowed methods that have a handler of their own. @see RFC 9110 §15.5.6 */
export function onlyMethods(app: FastifyInstance, url: string, allowed: Method[]): void {
  app.route({
    method: METHODS.filter((method) => !allowed.includes(method)) satisfies HTTPMethods[],
    url,
    // Before the body is read: it would not be looked at.
    onRequest: async (_request, reply) => {
      reply.header('allow', allowed.join(', '));
      throw new HttpError(405);
    },
    handler: () => undefined,
  });
}
