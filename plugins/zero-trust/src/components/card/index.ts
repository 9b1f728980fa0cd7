export * from './EntityZeroTrustCard';
