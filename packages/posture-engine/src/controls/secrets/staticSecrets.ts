/** SE-4: no secret of the workload stands still where many can read it. */
import { accountOf } from '../../identity/serviceAccounts';
import { literalSecretIn } from '../../secrets/literalSecret';
import { tokenSecretsOf } from '../../secrets/tokenSecrets';
import {
  ClusterSnapshot,
  Container,
  PodView,
  Workload,
  describeObject,
  locateField,
  referenceTo,
} from '../../snapshot';
import { Control, Evidence, Judgement, Severity } from '../control';
import { enumerate, sentence, worstFirst } from '../wording';

/** One secret that stands still somewhere. */
interface Leak {
  severity: Severity;
  message: string;
  because: string;
  action: string;
  evidence: Evidence;
  fix: string;
}

export const staticSecrets: Control = {
  id: 'SE-4',
  title: 'No static secrets',
  pillar: 'secrets',
  severity: 'high',
  scope: 'workload',
  question:
    'Are the secrets of the service kept out of its manifests and its environment?',
  why: 'A secret in a manifest is known to everybody who can read the repository or the pod; one in the environment ends up in dumps, logs and child processes; one that never expires is good for ever once it is out.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenet 3' },
    { framework: 'NIST SP 800-53 r5', requirement: 'IA-5(7)' },
    { framework: 'NIST SP 800-53 r5', requirement: 'SC-28' },
    { framework: 'CISA ZTMM v2', requirement: 'Data: access' },
    { framework: 'CIS Kubernetes 1.12', requirement: '5.4.1' },
    { framework: 'NSA/CISA KHG', requirement: 'Secrets' },
    { framework: 'PCI DSS 4.0', requirement: '8.6.2' },
  ],
  needs: [{ kind: 'Secret', in: 'namespace', optional: true }],
  evaluate(workload, snapshot) {
    const { namespace, name } = workload.reference;
    const gap = snapshot.coverage.gap('Secret', [namespace]);
    const leaks = worstFirst(
      distinct(
        workload.pods.flatMap(pod => [
          ...leaksOfPod(workload, pod),
          ...(gap ? [] : tokenLeaks(workload, pod, snapshot)),
        ]),
      ),
    );
    if (leaks.length > 0) {
      return [failure(workload, leaks)];
    }
    if (gap) {
      return [
        {
          verdict: 'unknown',
          message: `No secret of ${name} stands in its manifest or environment, but whether its account has a token that never expires cannot be told: in ${snapshot.cluster}, ${gap.reason}.`,
          evidence: [],
          ...(gap.missing ? { missing: [gap.missing] } : {}),
        },
      ];
    }
    return [proof(workload)];
  },
};

function containersOf({
  spec,
}: PodView): { container: Container; field: string }[] {
  return (
    ['containers', 'initContainers', 'ephemeralContainers'] as const
  ).flatMap(list =>
    (spec[list] ?? []).map((container, index) => ({
      container,
      field: `spec.${list}[${index}]`,
    })),
  );
}

function leaksOfPod(workload: Workload, pod: PodView): Leak[] {
  return containersOf(pod).flatMap(({ container, field }) => [
    ...(container.env ?? []).flatMap(
      (variable, index) =>
        leakOfVariable(workload, pod, variable, `${field}.env[${index}]`) ?? [],
    ),
    ...(container.envFrom ?? []).flatMap(({ secretRef }, index) =>
      secretRef
        ? [
            secretInEnvironment(
              workload,
              `every entry of Secret ${pod.namespace}/${secretRef.name ?? ''}`,
              {
                ...locateField(
                  workload,
                  pod,
                  `${field}.envFrom[${index}].secretRef`,
                ),
                value: { name: secretRef.name ?? null },
              },
            ),
          ]
        : [],
    ),
  ]);
}

function leakOfVariable(
  workload: Workload,
  pod: PodView,
  { name: variable, value, valueFrom }: NonNullable<Container['env']>[number],
  field: string,
): Leak | undefined {
  const { name } = workload.reference;
  const reference = valueFrom?.secretKeyRef;
  if (reference) {
    return secretInEnvironment(
      workload,
      `key ${reference.key ?? ''} of Secret ${pod.namespace}/${
        reference.name ?? ''
      }`,
      {
        ...locateField(workload, pod, `${field}.valueFrom.secretKeyRef`),
        value: { name: reference.name ?? null, key: reference.key ?? null },
      },
    );
  }
  const secret =
    value === undefined ? undefined : literalSecretIn(variable, value);
  if (!secret) {
    return undefined;
  }
  const location = locateField(workload, pod, `${field}.value`);
  return {
    severity: 'high',
    message: `Everybody who can read the manifest or the pods of ${name} knows ${secret.what}: it stands in ${variable}.`,
    because: `${describeObject(
      location.object,
    )} sets the environment variable ${variable} to a literal value.`,
    action: `reads ${variable} from the manifest or the pod`,
    evidence: { ...location, value: secret.redacted },
    fix: `Replace the secret in ${variable}, since it must count as known, and let ${name} read the new one from a file that Vault or a mounted Secret provides.`,
  };
}

function secretInEnvironment(
  workload: Workload,
  what: string,
  evidence: Evidence,
): Leak {
  const { name } = workload.reference;
  return {
    severity: 'medium',
    message: `Every process and crash dump of ${name} carries ${what} in its environment, and a new value reaches it only by a restart.`,
    because: `${describeObject(
      evidence.object,
    )} puts ${what} into environment variables.`,
    action: 'reads the environment of the process, a dump or a log of it',
    evidence,
    fix: `Mount the Secret as a file, or let Vault write one, and make ${name} read it from there; the program must be told the path.`,
  };
}

function tokenLeaks(
  workload: Workload,
  pod: PodView,
  snapshot: ClusterSnapshot,
): Leak[] {
  const { namespace, name } = workload.reference;
  const account = accountOf(pod);
  return tokenSecretsOf(snapshot, namespace, account).map(secret => ({
    severity: 'high',
    message: `Whoever can read Secret ${namespace}/${secret.metadata.name} can act as ${name} for ever: it holds a token of account ${namespace}/${account} that never expires.`,
    because: `Secret ${namespace}/${secret.metadata.name} is of type kubernetes.io/service-account-token.`,
    action: `reads the token from Secret ${secret.metadata.name} and acts as ${account}`,
    evidence: {
      object: referenceTo(secret),
      field: "metadata.annotations['kubernetes.io/service-account.name']",
      value: account,
    },
    fix: `Delete Secret ${namespace}/${secret.metadata.name}; whatever still uses its token must ask for short-lived ones (kubectl create token, or a projected volume) first.`,
  }));
}

/** Pods of one workload carry the same secrets; each is told once. */
function distinct(leaks: readonly Leak[]): Leak[] {
  return [
    ...new Map(
      leaks.map(leak => [`${leak.message}\u0000${leak.evidence.field}`, leak]),
    ).values(),
  ];
}

const MOST_EVIDENCE = 20;

function failure(workload: Workload, leaks: readonly Leak[]): Judgement {
  const [worst, ...others] = leaks;
  return {
    verdict: 'fail',
    severity: worst.severity,
    message: sentence([
      worst.message,
      ...(others.length > 0
        ? [
            `${others.length} more ${
              others.length === 1 ? 'secret stands' : 'secrets stand'
            } still like it.`,
          ]
        : []),
    ]),
    because: sentence(leaks.slice(0, 3).map(({ because }) => because)),
    evidence: leaks.slice(0, MOST_EVIDENCE).map(({ evidence }) => evidence),
    witness: {
      from: 'whoever can read it',
      to: workload.reference.name,
      action: worst.action,
    },
    fix: { summary: sentence(leaks.slice(0, 3).map(({ fix }) => fix)) },
  };
}

function proof(workload: Workload): Judgement {
  const { name } = workload.reference;
  const [pod] = workload.pods;
  const view = pod.template ?? workload.template ?? pod;
  const mounted = (view.spec.volumes ?? []).flatMap((volume, index) =>
    volume.secret?.secretName
      ? [
          {
            secret: volume.secret.secretName,
            field: `spec.volumes[${index}].secret`,
          },
        ]
      : [],
  );
  return {
    verdict: 'pass',
    message: `No secret of ${name} stands in its manifest or in its environment, and its account has no token that never expires.${
      mounted.length > 0
        ? ` It reads ${enumerate([
            ...new Set(mounted.map(({ secret }) => `Secret ${secret}`)),
          ])} from files.`
        : ''
    }`,
    evidence: mounted.map(({ secret, field }) => ({
      ...locateField(workload, view, field),
      value: { secretName: secret },
    })),
  };
}
