/** The judgement of a port that takes plaintext: how grave it is, who can do what, and why. */
import { describeObject } from '../../snapshot';
import { defaultDenyOf } from '../../mesh/defaultDeny';
import { PodPort } from '../../mesh/inboundPorts';
import { LinkerdPort } from '../../mesh/linkerd';
import { requireMesh } from '../../mesh/mesh';
import { Judgement, Severity } from '../control';
import { openedBecause, severityOfOpening, whoGetsIn } from './linkerdPort';
import { asSentence } from './meshWords';
import { openPortFix } from './openPortFix';
import { Question, evidenceOf, subjectOf, valueOf } from './portWords';

export function openPort(question: Question): Judgement {
  const { workload, port } = question;
  const subject = subjectOf(question);
  const denies = hasDefaultDeny(question);
  const opening = openingOf(port);
  return {
    verdict: 'fail',
    port: port.port,
    severity: severityOf(port, denies),
    message: messageOf(port, subject, denies),
    because: becauseOf(question, denies),
    evidence: evidenceOf(question),
    witness: {
      from: opening
        ? whoGetsIn(opening)
        : 'any pod that the network lets through',
      to: describeObject(workload.reference),
      port: port.port,
      protocol: 'TCP',
      transport: 'plaintext',
      action: 'opens a connection without encryption and without an identity',
    },
    fix: openPortFix(workload, port),
  };
}

/** What Linkerd's policies let in, where that and no way past the proxy is what opens a port. */
function openingOf({ linkerd, bypass }: PodPort): LinkerdPort | undefined {
  return bypass.length === 0 ? linkerd : undefined;
}

function severityOf(view: PodPort, denies: boolean | undefined): Severity {
  const { port } = view;
  const opening = openingOf(view);
  if (opening) {
    return severityOfOpening(opening, port);
  }
  // Nothing is known to listen on a port that nobody names.
  if (port === null) {
    return 'medium';
  }
  return denies === false ? 'critical' : 'high';
}

/** Whether the mesh at least refuses callers that no rule allows; undefined where that cannot be told. */
function hasDefaultDeny({
  port,
  numbers,
  snapshot,
}: Question): boolean | undefined {
  const { pod, dataPlane, bypass } = port;
  if (dataPlane === 'none' || dataPlane === 'linkerd' || bypass.length > 0) {
    return false;
  }
  const { rootNamespace } = requireMesh(snapshot);
  if (
    snapshot.coverage.gap('AuthorizationPolicy', [pod.namespace, rootNamespace])
  ) {
    return undefined;
  }
  const { state } = defaultDenyOf({ pod, dataPlane, ports: numbers }, snapshot);
  return state === 'unknown' ? undefined : state === 'effective';
}

function messageOf(
  port: PodPort,
  subject: string,
  denies: boolean | undefined,
): string {
  const { dataPlane, bypass, mode, effective } = port;
  const opening = openingOf(port);
  if (opening) {
    const who = whoGetsIn(opening);
    return `${who.charAt(0).toUpperCase()}${who.slice(
      1,
    )} can use ${subject} without encryption and without an identity.`;
  }
  const start = asSentence(subject).slice(0, -1);
  if (dataPlane === 'none') {
    return `Any pod that reaches ${subject} can use it without encryption: it is outside the mesh.`;
  }
  if (bypass.length > 0) {
    return `Any pod that reaches ${subject} can use it without encryption, and no policy of the mesh is asked: the port goes past the proxy.`;
  }
  if (effective?.failsOpen) {
    return `Any pod can use ${subject} without encryption, although a policy demands mTLS there: Istio never hands that policy to ztunnel.`;
  }
  if (mode === 'DISABLE') {
    return `${start} takes plaintext only: no call to it is encrypted, not even one from inside the mesh.`;
  }
  switch (denies) {
    case true:
      return `${start} takes plaintext too: what its authorization rules let in without naming an identity travels unencrypted.`;
    case false:
      return `Any pod in the cluster can call ${subject} without encryption.`;
    default:
      return `${start} takes plaintext too: calls may come without encryption and without an identity.`;
  }
}

function becauseOf(
  { port, snapshot }: Question,
  denies: boolean | undefined,
): string {
  const { membership, bypass, decidedBy, effective } = port;
  const opening = openingOf(port);
  if (opening) {
    return openedBecause(opening);
  }
  if (port.dataPlane === 'none') {
    return asSentence(membership.reason);
  }
  const [way] = bypass;
  if (way) {
    return way.kind === 'proxy-port'
      ? `${port.linkerd ? 'Linkerd' : 'Istio'} leaves port ${
          port.port
        } to the proxy's own use and never captures it.`
      : `${describeObject(way.object)} says ${way.field}: ${JSON.stringify(
          way.value,
        )}.`;
  }
  if (effective?.failsOpen) {
    const [first] = decidedBy;
    return `Of PeerAuthentication ${first.object.namespace}/${first.object.name} and its parents, Istio makes a policy that it names to ztunnel and never sends; nothing is then refused on any port.`;
  }
  const decider = decidedBy[decidedBy.length - 1];
  const authorization =
    denies === false
      ? ', and no authorization policy turns unknown callers away'
      : '';
  const chance = effective?.contested
    ? ' Policies of the same age, or of none yet, compete, and nobody can say which one will count.'
    : '';
  return decider
    ? `${describeObject(decider.object)} sets ${decider.field} to ${
        valueOf(decider, snapshot).value
      }${authorization}.${chance}`
    : `No PeerAuthentication says anything, and Istio's default is PERMISSIVE${authorization}.${chance}`;
}
