export type { Sent } from './chainMatch';
export { knownOutside } from './knownOutside';
export { waysOut } from './listenerMet';
export type { OutboundAnswer, OutboundEndpoint } from './outboundAnswer';
export { outboundCall } from './outboundCall';
export type { OutboundCall } from './outboundCall';
