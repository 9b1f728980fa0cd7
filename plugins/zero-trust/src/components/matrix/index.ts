export * from './Namespaces';
