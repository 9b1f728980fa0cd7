/** Scaffolder actions of the zero-trust suite. */
export { scaffolderModuleZeroTrust as default } from './module';
