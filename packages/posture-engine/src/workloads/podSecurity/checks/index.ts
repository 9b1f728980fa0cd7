export { allowPrivilegeEscalation } from './allowPrivilegeEscalation';
export { appArmorProfile } from './appArmorProfile';
export { capabilitiesBaseline } from './capabilitiesBaseline';
export { capabilitiesRestricted } from './capabilitiesRestricted';
export { hostNamespaces } from './hostNamespaces';
export { hostPathVolumes } from './hostPathVolumes';
export { hostPorts } from './hostPorts';
export { hostProbesAndHostLifecycle } from './hostProbesAndHostLifecycle';
export { privileged } from './privileged';
export { procMount, procMountRestricted } from './procMount';
export { restrictedVolumes } from './restrictedVolumes';
export { runAsNonRoot } from './runAsNonRoot';
export { runAsUser } from './runAsUser';
export { seLinuxOptions } from './seLinuxOptions';
export {
  seccompProfileBaseline,
  seccompProfileRestricted,
} from './seccompProfile';
export { sysctls } from './sysctls';
export { windowsHostProcess } from './windowsHostProcess';
