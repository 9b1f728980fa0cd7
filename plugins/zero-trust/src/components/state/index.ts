export * from './Caveats';
export * from './Failure';
export * from './Message';
export * from './Notices';
