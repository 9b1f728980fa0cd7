export * from './Announce';
export * from './CodeBlock';
export * from './Computed';
export * from './Flash';
export * from './LongName';
export * from './RelativeTime';
