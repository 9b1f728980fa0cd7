export * from './changesBetween';
export * from './JointConnections';
export type { JointChange, Reencryption } from './jointDiff';
export * from './jointPassages';
export * from './jointQuestions';
export * from './jointReach';
export * from './steps';
export * from './layers';
