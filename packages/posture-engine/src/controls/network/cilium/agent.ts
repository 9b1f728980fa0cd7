/** Settings of the cluster under which no policy of Cilium refuses anything, whatever it says. */
import { ciliumConfigOf } from '../../../network/cilium';
import { isIgnored, networkOf } from '../../../network/cni';
import { CILIUM_KINDS } from '../../../network/ineffective/unenforced';
import { ClusterSnapshot, referenceTo } from '../../../snapshot';
import type { Evidence } from '../../control';
import { Deception, Detector, anybody } from './deception';

export const notEnforced: Detector = ({ name, snapshot, view, texts }) => {
  const { settings, settingsUnseen } = view;
  if (settingsUnseen === undefined && settings.enforcement === 'never') {
    return [
      unenforced(
        name,
        snapshot,
        'enable-policy',
        `No policy restricts ${name}: Cilium enforces none in this cluster, whatever they say.`,
        'ConfigMap cilium-config sets enable-policy to never.',
        'Set enable-policy to default and restart the agents. What no policy allows is cut off then; switch policy-audit-mode on first to see what that would be.',
      ),
    ];
  }
  if (settingsUnseen === undefined && settings.audit) {
    return [
      unenforced(
        name,
        snapshot,
        'policy-audit-mode',
        `What policies refuse ${name} is logged and let through: Cilium only tries them out.`,
        'ConfigMap cilium-config switches policy-audit-mode on.',
        'Look through the audit log for connections that are wanted, allow them, then switch policy-audit-mode off and restart the agents. What is not allowed is cut off then.',
      ),
    ];
  }
  const kinds = new Set(
    [...texts.held, ...texts.refused].map(({ policy }) => policy.kind),
  );
  return CILIUM_KINDS.filter(
    kind => kinds.has(kind) && isIgnored(snapshot, kind),
  ).flatMap(kind => ignoredKind(kind, name, snapshot));
};

function ignoredKind(
  kind: (typeof CILIUM_KINDS)[number],
  name: string,
  snapshot: ClusterSnapshot,
): Deception[] {
  const network = snapshot.derive(networkOf);
  if (network.state === 'unknown') {
    return [];
  }
  const { because } = network.enforces[kind];
  return [
    {
      severity: 'high',
      message: `No ${kind} restricts ${name}: the network of the cluster, ${network.title}, does not enforce them.`,
      because: `${
        because === undefined ? '' : `${sentenceOf(because)} `
      }They are stored all the same, and whoever reads them takes the service for protected.`,
      evidence: network.evidence.map(({ object, field, value }) => ({
        object,
        field,
        value,
      })),
      witness: anybody(name, 'ingress'),
      fix: `Say the same in policies that ${network.title} enforces, and remove these. What those do not allow is cut off then.`,
    },
  ];
}

function sentenceOf(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}

function unenforced(
  name: string,
  snapshot: ClusterSnapshot,
  setting: string,
  message: string,
  because: string,
  fix: string,
): Deception {
  return {
    severity: 'high',
    message,
    because,
    evidence: settingOf(snapshot, setting),
    witness: anybody(name, 'ingress'),
    fix,
  };
}

/** Nothing where the settings were stated rather than seen. */
function settingOf(snapshot: ClusterSnapshot, setting: string): Evidence[] {
  const [agent] = snapshot.derive(networkOf).evidence;
  const config = ciliumConfigOf(snapshot, agent?.object.namespace);
  return config
    ? [
        {
          object: referenceTo(config),
          field: `data.${setting}`,
          value: config.data?.[setting] ?? null,
        },
      ]
    : [];
}
