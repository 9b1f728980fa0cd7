/** Whether a Kubernetes API server would take an object. Pure: no I/O, no Node API, no clock. */
export { Admission } from './Admission';
export type { AdmissionOptions, Review } from './Admission';
export type { Problem } from './problems';
