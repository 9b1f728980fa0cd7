/** Which ClusterSPIFFEIDs give a pod an identity, and what keeps the others from it. */
import { matchesSelector } from '../../selectors';
import {
  ClusterSnapshot,
  PodView,
  describeObject,
  referenceTo,
} from '../../snapshot';
import { ClusterSpiffeId } from '../../snapshot/kinds';
import { SpireController, spireControllers, takesUp } from './controllers';
import { parseDuration } from './duration';
import { renderTemplate, spiffeIdProblem } from './template';

/** What one ClusterSPIFFEID that means a pod comes to. */
export interface Registration {
  source: ClusterSpiffeId;
  /** Absent where no controller's configuration is in view. */
  controller?: SpireController;
  /** `issued` and `refused` with certainty; else nobody can tell. */
  state: 'issued' | 'refused' | 'unknown';
  /** As the template gives it for the pod; absent where it gives none. */
  id?: string;
  /** Why not, or why nobody can tell. */
  reason?: string;
  /** The field that keeps it from issuing. */
  field?: string;
}

const DRIVER = 'csi.spiffe.io';
const SOCKET = /spire|spiffe/;

/** Whether SPIRE plays a part in the cluster at all. */
export function hasSpire(snapshot: ClusterSnapshot): boolean {
  return (
    snapshot.all('ClusterSPIFFEID').length > 0 ||
    snapshot.derive(spireControllers).length > 0
  );
}

/** Whether a pod asks for an identity of SPIRE's: it mounts the socket of the Workload API. */
export function asksForSpire({ spec }: PodView): boolean {
  return (spec.volumes ?? []).some(
    ({ csi, hostPath }) =>
      csi?.driver === DRIVER || SOCKET.test(hostPath?.path ?? ''),
  );
}

/** Those that select the pod, by name, fallbacks only where nothing else counts. */
export function registrationsOf(
  snapshot: ClusterSnapshot,
  pod: PodView,
): readonly Registration[] {
  const known = snapshot.derive(knownRegistrations);
  let registrations = known.get(pod);
  if (!registrations) {
    registrations = findRegistrations(snapshot, pod);
    known.set(pod, registrations);
  }
  return registrations;
}

/** Several controls ask. */
function knownRegistrations(): Map<PodView, readonly Registration[]> {
  return new Map();
}

function findRegistrations(
  snapshot: ClusterSnapshot,
  pod: PodView,
): Registration[] {
  const all = snapshot
    .all('ClusterSPIFFEID')
    .filter(source => selectsPod(source, pod, snapshot))
    .map(source => registrationOf(snapshot, source, pod));
  const counts = ({ source, state }: Registration) =>
    !source.spec.fallback && state === 'issued';
  return all.some(counts)
    ? all.filter(({ source }) => !source.spec.fallback)
    : all;
}

/** A selector that the controller cannot read selects nothing. */
export function selectsPod(
  { spec }: ClusterSpiffeId,
  pod: PodView,
  snapshot: ClusterSnapshot,
): boolean {
  try {
    return (
      matchesSelector(
        spec.namespaceSelector ?? {},
        snapshot.namespaceLabels(pod.namespace),
      ) && matchesSelector(spec.podSelector ?? {}, pod.labels)
    );
  } catch {
    return false;
  }
}

/** The ClusterSPIFFEID that no controller can read, and which keeps it from reading any other. */
export function blindingSpiffeId(
  snapshot: ClusterSnapshot,
): { source: ClusterSpiffeId; field: string } | undefined {
  for (const source of snapshot.all('ClusterSPIFFEID')) {
    for (const field of ['ttl', 'jwtTtl'] as const) {
      const text = source.spec[field];
      if (text !== undefined && parseDuration(text) === undefined) {
        return { source, field: `spec.${field}` };
      }
    }
  }
  return undefined;
}

function registrationOf(
  snapshot: ClusterSnapshot,
  source: ClusterSpiffeId,
  pod: PodView,
): Registration {
  const controllers = snapshot.derive(spireControllers);
  const controller = controllers.find(one => takesUp(one, source));
  const name = describeObject(referenceTo(source));
  const refused = (
    reason: string,
    field: string,
    id?: string,
  ): Registration => ({
    source,
    state: 'refused',
    reason,
    field,
    ...(controller ? { controller } : {}),
    ...(id === undefined ? {} : { id }),
  });
  if (controllers.length > 0 && !controller) {
    return refused(
      `no controller takes ${name} up: it is of ${classOf(
        source.spec.className,
      )}, and ${controllers.map(describeController).join(', and ')}`,
      'spec.className',
    );
  }
  if (controller?.ignoreNamespaces.some(one => one.test(pod.namespace))) {
    return refused(
      `the controller was told to ignore the namespace ${pod.namespace}`,
      'spec.namespaceSelector',
    );
  }
  const rendered = renderTemplate(
    source.spec.spiffeIDTemplate,
    pod,
    controller,
  );
  const template = 'spec.spiffeIDTemplate';
  if (rendered.state === 'broken') {
    return refused(
      `the template of ${name} gives no ID: ${rendered.reason}`,
      template,
    );
  }
  if (rendered.state === 'unknown') {
    return {
      source,
      state: 'unknown',
      reason: `the template of ${name} is not understood: ${rendered.reason}`,
      field: template,
      ...(controller ? { controller } : {}),
    };
  }
  const id = rendered.text;
  const problem = spiffeIdProblem(id, controller?.trustDomain);
  if (problem !== undefined) {
    return refused(`${name} gives no ID: ${problem}`, template, id);
  }
  return byStatus(source, pod, {
    source,
    state: 'issued',
    id,
    ...(controller ? { controller } : {}),
  });
}

/** A controller writes a status once it has selected a running pod. */
function byStatus(
  source: ClusterSpiffeId,
  pod: PodView,
  registration: Registration,
): Registration {
  const name = describeObject(referenceTo(source));
  const stats = source.status?.stats;
  if (stats) {
    const failed =
      (stats.podEntryRenderFailures ?? 0) + (stats.entryFailures ?? 0);
    return failed > 0
      ? {
          ...registration,
          state: 'unknown',
          reason: `${name} failed for ${failed} of its ${
            stats.podsSelected ?? failed
          } pods, and its status does not say for which`,
          field: 'status.stats',
        }
      : registration;
  }
  if (pod.origin === 'pod' && pod.spec.nodeName !== undefined) {
    return {
      ...registration,
      state: 'refused',
      reason: `no controller has taken ${name} up: it selects running pods and has no status`,
      field: 'status',
    };
  }
  return registration.controller
    ? registration
    : {
        ...registration,
        state: 'unknown',
        reason:
          'no configuration of a controller that would take it up is in view',
        field: 'spec.className',
      };
}

function classOf(className: string | undefined): string {
  return className ? `the class ${className}` : 'no class';
}

function describeController({
  object,
  className,
  watchClassless,
  reconciles,
}: SpireController): string {
  const name = describeObject(object);
  if (!reconciles) {
    return `${name} leaves all of them alone`;
  }
  return `${name} takes ${classOf(className)}${
    watchClassless && className !== '' ? ' and those of none' : ''
  }`;
}
