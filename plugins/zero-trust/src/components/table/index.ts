export * from './SortHeader';
export * from './TableFrame';
