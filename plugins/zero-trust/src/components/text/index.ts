export * from './Announce';
export * from './CodeBlock';
export * from './Computed';
export * from './CopyButton';
export * from './Flash';
export * from './LongName';
export * from './RelativeTime';
export * from './ObjectField';
