export { zeroTrustPlugin as default } from './plugin';
