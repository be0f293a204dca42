/**
 * fast-check with the seed of this run of the tests (scripts/test.mjs): one commit tries the same
 * examples wherever it is tested, and the next commit tries others.
 */
import fc from 'fast-check';

const { TEST_SEED } = process.env;
if (TEST_SEED !== undefined) fc.configureGlobal({ seed: Number(TEST_SEED) });

export { fc };
