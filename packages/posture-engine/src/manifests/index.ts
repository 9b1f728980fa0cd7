export * from './editManifest';
export * from './parse';
export { readDocuments } from './yaml';
export type { DocumentResult } from './yaml';
