#!/usr/bin/env node
/**
 * The `pressrun` program: runs one verb and leaves with its exit code.
 *
 * Owns what an invocation prints when it fails, and how it ends. Never knows what a verb does.
 */
import { isBrokenPipe, report } from './failure.js';
import { createProgram } from './program.js';

/** A verb that forgot to close something must not keep a shell or a cron job waiting. */
const PATIENCE_MS = 5_000;

const args = process.argv.slice(2);
const json = args.includes('--json');

// A closed pipe behind us must not end a send in the middle: what is printed is lost, no more.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (!isBrokenPipe(error)) throw error;
  });
}

process.on('uncaughtException', (error) => {
  process.exit(report(error, json));
});

try {
  const program = await createProgram(args);
  await program.parseAsync(args, { from: 'user' });
} catch (error) {
  process.exitCode = report(error, json);
}
setTimeout(() => process.exit(), PATIENCE_MS).unref();
