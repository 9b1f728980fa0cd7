export * from './calicoTiers';
export * from './describe';
export { policiesOf as calicoPoliciesOf } from './policies';
export type { Policy as CalicoPolicyRead } from './policies';
export { Endpoints as CalicoEndpoints } from './Endpoints';
export { rulePorts as calicoRulePorts } from './ports';
export { unseenBehindPolicies } from './unseen';
