export {
  ineffectiveMeshObjects,
  meshObjectGaps,
} from './ineffectiveMeshObjects';
