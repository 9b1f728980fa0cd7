export * from './applyFix';
export * from './planFixes';
