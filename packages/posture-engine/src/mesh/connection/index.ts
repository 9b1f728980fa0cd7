export * from './meshAnswer';
export * from './meshConnection';
export * from './meshQuestions';
export * from './serverSide';
export * from './outsideConnection';
export * from './outsideByPort';
export * from './edgeAccess';
