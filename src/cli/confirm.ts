import { createInterface } from 'node:readline/promises';
import { AppError } from '../errors.js';

/**
 * Asks a yes-or-no question on the terminal.
 * @throws AppError usage, without a terminal to ask on
 */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new AppError('usage', `"${question}" needs an answer: say --yes where nobody can type.`);
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(`${question} [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    prompt.close();
  }
}
