export { ineffectivePolicies } from './ineffectivePolicies';
export type { FieldReference, IneffectivePolicy } from './types';
