export type { EdgePassages } from './edgePassages';
export { MeshEdges, meshEdgesOf } from './MeshEdges';
export type { MeshGroup } from './MeshProfiles';
export { CALLER, mergePassages, mostOpenPassages } from './meshPassage';
export type { MeshPassage } from './meshPassage';
