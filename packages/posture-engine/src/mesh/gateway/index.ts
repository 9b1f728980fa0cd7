export * from './automaticDoors';
export { isWaypoint } from './gatewayDoors';
export * from './gatewayMembers';
export * from './gatewayStep';
