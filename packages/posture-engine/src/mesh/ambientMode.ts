/**
 * The effective inbound mode of a port in ambient. ztunnel knows no modes:
 * istiod turns PeerAuthentication into policies that deny whoever presents no
 * identity, and tells each pod which of them apply. The two steps do not
 * always agree, and then a pod is told of a policy that is never sent: nothing
 * denies plaintext on any of its ports. So both steps are followed here as
 * istiod takes them (`convertedSelectorPeerAuthentications` and
 * `convertPeerAuthentication`), as they would come out after a restart of
 * istiod; running, it does not repeat the second when a parent changes.
 *
 * HBONE is always accepted, so a port is STRICT or PERMISSIVE; DISABLE does not
 * exist in ambient and means PERMISSIVE.
 */
import { PodView } from '../snapshot';
import { PeerAuthentication } from '../snapshot/kinds';
import {
  DecidedBy,
  EffectiveMode,
  PeerAuthentications,
  decided,
  distinct,
  hasPort,
  modeOf,
  portMode,
  portsOf,
  selectingPolicies,
  weakestOf,
} from './peerAuthentication';
import { combinationsOf, oldestOf } from './precedence';

/** The winners of each level, as the two steps of istiod see them. */
interface Winners {
  mesh?: PeerAuthentication;
  namespace?: PeerAuthentication;
  workload?: PeerAuthentication;
  /** The conversion sees no policy that has a `selector` field, even an empty one. */
  convertedMesh?: PeerAuthentication;
  convertedNamespace?: PeerAuthentication;
}

/** The mode of a container port of an ambient pod; null asks for a port that nothing names. */
export function ambientMode(
  pod: PodView,
  port: number | null,
  policies: PeerAuthentications,
): EffectiveMode {
  return weakestOf(
    combinationsOf(levelsOf(pod, policies)).map(winners =>
      modeUnder(winners, port),
    ),
  );
}

/** Who may win each level. istiod keeps the first of equals that it meets, in no fixed order. */
function levelsOf(
  pod: PodView,
  policies: PeerAuthentications,
): Record<keyof Winners, PeerAuthentication[]> {
  const { rootNamespace } = policies;
  const inRoot = pod.namespace === rootNamespace;
  const withoutSelector = ({ spec }: PeerAuthentication) => !spec?.selector;
  const root = policies.inNamespace(rootNamespace).general;
  const own = policies.inNamespace(pod.namespace).general;
  const oldest = (list: readonly PeerAuthentication[]) =>
    distinct(oldestOf(list));
  return {
    // Outside the root namespace, its policies with an empty selector do not count.
    mesh: oldest(inRoot ? root : root.filter(withoutSelector)),
    namespace: inRoot ? [] : oldest(own),
    workload: oldest(selectingPolicies(pod, policies)),
    convertedMesh: oldest(root.filter(withoutSelector)),
    convertedNamespace: oldest(own.filter(withoutSelector)),
  };
}

function modeUnder(winners: Winners, port: number | null): EffectiveMode {
  const { workload } = winners;
  const told = policiesToldOf(winners);
  if (told.everywhere) {
    // A port's own DISABLE had no effect here, so it did not decide.
    return { mode: 'STRICT', decidedBy: chain(winners, null) };
  }
  if (!told.workload || !workload) {
    return { mode: 'PERMISSIVE', decidedBy: chain(winners, port) };
  }
  const denies = convert(workload, winners);
  if (!denies) {
    return {
      mode: 'PERMISSIVE',
      failsOpen: true,
      decidedBy: [
        decided(workload, 'spec.portLevelMtls'),
        ...[winners.namespace, winners.mesh].flatMap(parent =>
          parent ? [decided(parent, 'spec.mtls.mode')] : [],
        ),
      ],
    };
  }
  return {
    mode: denies(port) ? 'STRICT' : 'PERMISSIVE',
    decidedBy: chain(winners, port),
  };
}

/** The first step: whether a pod is told to deny all plaintext, or to follow its own policy's conversion. */
function policiesToldOf({ mesh, namespace, workload }: Winners): {
  everywhere: boolean;
  workload: boolean;
} {
  let strict = mesh !== undefined && modeOf(mesh) === 'STRICT';
  const namespaceMode = namespace && modeOf(namespace);
  if (namespaceMode) {
    strict = namespaceMode === 'STRICT';
  }
  if (!workload) {
    return { everywhere: strict, workload: false };
  }
  const mode = modeOf(workload);
  if (mode) {
    strict = mode === 'STRICT';
  }
  const modes = portsOf(workload).map(port => portMode(workload, port));
  const deviates = strict
    ? modes.includes('PERMISSIVE') ||
      // Under a parent's STRICT, DISABLE alone is not seen as an exception.
      (mode === 'STRICT' && modes.includes('DISABLE'))
    : modes.includes('STRICT');
  return { everywhere: strict && !deviates, workload: deviates };
}

/** The second step: what the policy that is sent denies in plaintext, or undefined where none is sent. */
function convert(
  workload: PeerAuthentication,
  { convertedMesh, convertedNamespace }: Winners,
): ((port: number | null) => boolean) | undefined {
  const mode = modeOf(workload);
  const meshStrict = convertedMesh && modeOf(convertedMesh) === 'STRICT';
  const namespaceMode = convertedNamespace && modeOf(convertedNamespace);
  const inheritsStrict = !namespaceMode && meshStrict === true;
  const strictPorts: number[] = [];
  const exceptions: number[] = [];
  for (const port of portsOf(workload)) {
    switch (portMode(workload, port)) {
      case 'STRICT':
        // The third condition holds whatever the workload's own mode is: one of the ways to fail open.
        if (
          mode !== 'STRICT' &&
          !(mode === undefined && namespaceMode === 'STRICT') &&
          !inheritsStrict
        ) {
          strictPorts.push(port);
        }
        break;
      case 'PERMISSIVE':
      case 'DISABLE':
        if (
          mode === 'STRICT' ||
          (mode === undefined &&
            (convertedNamespace
              ? namespaceMode === 'STRICT'
              : meshStrict === true))
        ) {
          exceptions.push(port);
        }
        break;
      default:
    }
  }
  if (exceptions.length === 0 && strictPorts.length === 0) {
    return undefined;
  }
  return port =>
    (port !== null && strictPorts.includes(port)) ||
    (exceptions.length > 0 && (port === null || !exceptions.includes(port)));
}

/** The winners that were asked, most specific first, up to the first that has a mode. */
function chain(
  { workload, namespace, mesh }: Winners,
  port: number | null,
): DecidedBy[] {
  const decidedBy: DecidedBy[] = [];
  if (workload && port !== null && hasPort(workload, port)) {
    decidedBy.push(decided(workload, `spec.portLevelMtls.${port}.mode`));
    if (portMode(workload, port)) {
      return decidedBy;
    }
  }
  for (const policy of [workload, namespace, mesh]) {
    if (policy) {
      decidedBy.push(decided(policy, 'spec.mtls.mode'));
      if (modeOf(policy)) {
        return decidedBy;
      }
    }
  }
  return [];
}
