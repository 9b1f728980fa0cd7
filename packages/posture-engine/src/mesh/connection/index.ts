export * from './meshAnswer';
export * from './meshConnection';
export * from './meshQuestions';
export * from './serverSide';
