export * from './EntityBlastRadius';
export * from './FleetBlastRadius';
