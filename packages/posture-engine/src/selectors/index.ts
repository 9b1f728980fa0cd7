export * from './labelSelector';
export * from './selectorIndex';
