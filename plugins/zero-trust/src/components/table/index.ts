export * from './Pagination';
export * from './SortHeader';
export * from './TableFrame';
