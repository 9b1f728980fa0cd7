export * from './EntityZeroTrustContent';
