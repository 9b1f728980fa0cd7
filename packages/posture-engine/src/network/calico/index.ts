export * from './calicoTiers';
export * from './describe';
export { policiesOf as calicoPoliciesOf } from './policies';
