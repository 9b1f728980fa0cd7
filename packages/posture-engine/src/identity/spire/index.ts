export * from './controllers';
export * from './duration';
export * from './issuance';
export * from './template';
