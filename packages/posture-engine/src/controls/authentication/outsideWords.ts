/** What AN-4 says of TLS that a rule asks for towards hosts outside, and that does not do what it says. */
import { OutsideRule } from '../../mesh/connection/outsideRules';
import { Workload, describeObject } from '../../snapshot';
import { Judgement, Severity } from '../control';

type Failure = Extract<Judgement, { verdict: 'fail' }> & {
  severity: Severity;
};

const ACTIONS: Readonly<Record<OutsideRule['fault'], string>> = {
  lost: 'sends without encryption',
  twice: 'calls in vain',
  unverified: 'trusts whoever answers',
};

export function outsideFailure(
  workload: Workload,
  outside: OutsideRule,
): Failure {
  const { name } = workload.reference;
  const { rule, field, value, host, port } = outside;
  const asked = describeObject(rule);
  return {
    verdict: 'fail',
    ...wordsOf(outside, name, asked),
    evidence: [{ object: rule, field, value }],
    witness: {
      from: describeObject(workload.reference),
      to: host,
      port,
      protocol: 'TCP',
      ...(outside.fault === 'lost' ? { transport: 'plaintext' as const } : {}),
      action: ACTIONS[outside.fault],
    },
  };
}

function wordsOf(
  { fault, host, port, field }: OutsideRule,
  name: string,
  asked: string,
): Pick<Failure, 'severity' | 'message' | 'because' | 'fix'> {
  switch (fault) {
    case 'lost':
      return {
        severity: 'high',
        message: `What ${name} sends to ${host}, port ${port}, leaves without TLS, although ${asked} asks for it: it can be read and changed on the way.`,
        because: `${asked} names a credential, which Istio gives to no sidecar unless the rule has a workloadSelector, and the sidecar then sends as it is.`,
        fix: {
          summary: `Give ${asked} a workloadSelector that selects ${name}, and let its ServiceAccount read the credential. Without ${field} the sidecar trusts the certificate authorities of its own system, which is enough for most public hosts.`,
        },
      };
    case 'twice':
      return {
        severity: 'medium',
        message: `What ${name} sends to ${host}, port ${port}, is wrapped in TLS twice, and the other side takes off one: such calls break.`,
        because: `The port is declared as TLS, which ${name} speaks itself, and ${asked} adds another one.`,
        fix: {
          summary: `Ask for TLS in portLevelSettings of ${asked}, for the ports alone to which ${name} speaks plaintext.`,
        },
      };
    default:
      return {
        severity: 'medium',
        message: `The sidecar of ${name} takes anybody's certificate for that of ${host}: whoever stands between the two can answer, and read what is sent.`,
        because: `${asked} says ${field}: true.`,
        fix: {
          summary: `Take ${field} out of ${asked}. If the host's certificate comes from an authority of its own, name that by caCertificates; calls fail until it is right.`,
        },
      };
  }
}
