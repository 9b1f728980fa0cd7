export * from './Services';
