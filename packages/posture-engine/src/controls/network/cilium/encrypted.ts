/** Rules for HTTP before a pod whose traffic the mesh encrypts: Cilium's proxy sees no requests there. */
import { describeRule } from '../../../decisions';
import { dataPlaneOf } from '../../../mesh/dataPlane';
import { worstPodPorts } from '../../../mesh/inboundPorts';
import type { RuleOnPod } from '../../../network/ciliumView';
import { evidenceOf } from '../evidenceOfPolicies';
import type { Detector, Selected } from './deception';

export const encrypted: Detector = selected => {
  const { workload, pod, name, snapshot } = selected;
  const rules = rulesForHttp(selected);
  const plane = planeOf(selected);
  if (rules.length === 0 || !plane || unseenMode(selected) !== undefined) {
    return [];
  }
  for (const { port, mode, decidedBy } of worstPodPorts(
    { ...workload, pods: [pod] },
    snapshot,
  )) {
    const found =
      port === null || mode === 'DISABLE'
        ? undefined
        : rules.find(({ rule }) => rule.ports.has('TCP', port));
    if (found) {
      const { decidedBy: field } = found.rule;
      return [
        {
          severity: 'medium',
          message: `Callers in the mesh cannot be held to ${describeRule(
            field,
          )}: what they send to port ${port} of ${name} is encrypted, and Cilium cannot read requests in it.`,
          because: `${name} is in Istio's ${plane.dataPlane} data plane and takes mTLS, under which Cilium's rules for HTTP do not work.`,
          evidence: [
            ...evidenceOf(snapshot, [field, ...decidedBy]),
            ...plane.evidence,
          ],
          fix: 'Say the same in an AuthorizationPolicy of Istio, which sees the requests, and leave to Cilium who may connect to which port. Keep mTLS on.',
        },
      ];
    }
  }
  return [];
};

/** Why nobody can tell whether the mesh encrypts what rules for HTTP are to look into. */
export function unseenMode(selected: Selected): string | undefined {
  return rulesForHttp(selected).length > 0 && planeOf(selected)
    ? selected.snapshot.coverage.gap('PeerAuthentication')?.reason
    : undefined;
}

function rulesForHttp({ view, podClass }: Selected): readonly RuleOnPod[] {
  return view
    .rulesFor(podClass, 'ingress')
    .filter(({ rule }) => rule.layer7?.proxied === 'HTTP request');
}

function planeOf({ workload, pod, snapshot }: Selected) {
  const plane = dataPlaneOf(workload, pod, snapshot);
  return plane.dataPlane === 'sidecar' || plane.dataPlane === 'ambient'
    ? plane
    : undefined;
}
