export * from './FilterSearch';
export * from './FilterSelect';
export * from './ViewLinks';
export * from './useView';
