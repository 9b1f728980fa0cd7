export { zeroTrustApiRef } from './api';
export {
  EntityZeroTrustCard,
  EntityZeroTrustContent,
  ZeroTrustPage,
  zeroTrustPlugin,
} from './plugin';
export { hasPosture } from './posture/hasPosture';
export { zeroTrustTranslationRef } from './translation';
