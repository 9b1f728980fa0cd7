export * from './clientTransport';
export * from './endpoints';
export type {
  ClientTransport,
  Member,
  ServiceTarget,
  TransportField,
} from './transport';
