/**
 * Property tests draw the same examples on every run, so that a change is
 * judged by what it changes; the nightly run draws new ones, and fast-check
 * names the seed of what it finds.
 */
import fc from 'fast-check';

// eslint-disable-next-line no-restricted-globals -- tests run in Node, the engine need not
if (process.env.ZERO_TRUST_NIGHTLY === undefined) {
  fc.configureGlobal({ seed: 20260701 });
}
