/**
 * Property tests draw the same examples on every run, so that a change is
 * judged by what it changes; the nightly run draws new ones, and fast-check
 * names the seed of what it finds.
 */
import fc from 'fast-check';

if (process.env.ZERO_TRUST_NIGHTLY === undefined) {
  fc.configureGlobal({ seed: 20260701 });
}
