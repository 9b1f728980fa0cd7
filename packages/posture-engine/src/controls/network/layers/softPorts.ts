/** Ports that the network opens, and on which the mesh asks nobody who they are or what they want. */
import { ClassSet } from '../../../decisions';
import { authorize } from '../../../mesh/authorization';
import { captureOf } from '../../../mesh/capture';
import { requireMesh } from '../../../mesh/mesh';
import { chainsOf } from '../../../mesh/portProtocol';
import { opennessOf } from '../../../network/openness';
import { describeObject } from '../../../snapshot';
import { UNNAMED_PORT, portsOfPlace } from '../../authorization/places';
import { strangerOf } from '../../authorization/probes';
import { Evidence } from '../../control';
import { Disagreement, Meeting, TUNNEL_PORT } from './agreement';

/** What the mesh leaves unasked on one port, and why. */
interface Unasked {
  port: number;
  /** The port by which callers come, as the network sees it. */
  networkPort: number;
  because: string;
  evidence: Evidence[];
}

export interface SoftPorts {
  soft: readonly Disagreement[];
  /** Ports on which nobody can tell whom the network lets in. */
  doubtful: readonly number[];
}

export function softPorts(meeting: Meeting): SoftPorts {
  const soft: Disagreement[] = [];
  const doubtful: number[] = [];
  for (const unasked of unaskedPorts(meeting)) {
    const who = whoComes(meeting, unasked.networkPort);
    if (who === 'unknown') {
      doubtful.push(unasked.port);
    } else if (who) {
      soft.push(softPort(meeting, unasked, who));
    }
  }
  return { soft, doubtful };
}

function unaskedPorts({ place, snapshot }: Meeting): Unasked[] {
  const { workload, pod, dataPlane } = place;
  const capture = captureOf(workload, pod, dataPlane, snapshot);
  return portsOfPlace(place, snapshot)
    .filter(port => port !== UNNAMED_PORT)
    .flatMap((port): Unasked[] => {
      const past = capture.bypassOf(port).find(({ certain }) => certain);
      if (past) {
        return [
          {
            port,
            networkPort: port,
            because: `What comes to port ${port} goes past the proxy, so that no policy of the mesh is asked.`,
            evidence: [
              { object: past.object, field: past.field, value: past.value },
            ],
          },
        ];
      }
      return openRules({ place, snapshot }, port);
    });
}

/** The rules that let in whoever calls a port, without a condition. */
function openRules(
  { place, snapshot }: Pick<Meeting, 'place' | 'snapshot'>,
  port: number,
): Unasked[] {
  const { pod, enforcer, dataPlane } = place;
  const chains =
    enforcer === 'ztunnel' ? (['tcp'] as const) : chainsOf(pod, port, snapshot);
  for (const chain of chains) {
    const { verdict, decidedBy } = authorize(
      {
        pod,
        port,
        enforcer,
        chain,
        caller: strangerOf(requireMesh(snapshot)),
      },
      snapshot,
    );
    if (verdict === 'allow') {
      return [
        {
          port,
          networkPort: dataPlane === 'ambient' ? TUNNEL_PORT : port,
          because: `${[
            ...new Set(decidedBy.map(({ object }) => describeObject(object))),
          ].join(
            ' and ',
          )} lets in whoever calls port ${port}, and asks neither who it is nor what it wants.`,
          evidence: decidedBy.map(({ object, field }) => ({
            object,
            field,
            value: null,
          })),
        },
      ];
    }
  }
  return [];
}

/** Somebody whom the network lets in, in words; `anybody` if that is no one in particular. */
interface Comer {
  words: string;
  anybody: boolean;
}

function whoComes(
  { podClass, connections }: Meeting,
  port: number,
): Comer | 'unknown' | undefined {
  const { pods, outside } = opennessOf(connections, podClass, 'ingress');
  if (pods.allowed.has('TCP', port)) {
    return { words: 'any pod of the cluster', anybody: true };
  }
  if (outside.allowed.has('TCP', port)) {
    return { words: 'any address outside of the cluster', anybody: true };
  }
  let isUnknown = false;
  for (const entry of connections.relation(podClass, 'ingress')) {
    if (entry.ports.has('TCP', port)) {
      const somebody = firstOther(entry.allowed);
      if (somebody !== undefined) {
        return { words: nameOfClass(somebody), anybody: false };
      }
      isUnknown ||= !entry.unknown.isEmpty;
    }
  }
  return isUnknown ? 'unknown' : undefined;

  function firstOther(classes: ClassSet): number | undefined {
    return [...classes].find(id => id !== podClass.id);
  }

  function nameOfClass(id: number): string {
    const found = connections.universe.get(id);
    return found.kind === 'pods'
      ? describeObject(found.pods[0].object)
      : 'an address outside of the cluster';
  }
}

function softPort(
  { place }: Meeting,
  { port, because, evidence }: Unasked,
  { words, anybody }: Comer,
): Disagreement {
  const { name } = place.workload.reference;
  return {
    severity: anybody ? 'high' : 'medium',
    message: anybody
      ? `Neither network nor mesh keeps anybody from port ${port} of ${name}: ${words} may use it.`
      : `Only the network guards port ${port} of ${name}: ${words} may use it, and nobody asks who that is.`,
    because,
    evidence,
    witness: {
      from: words,
      to: describeObject(place.workload.reference),
      port,
      protocol: 'TCP',
      action: 'calls it, and no policy asks who it is',
    },
    fix: `Name the callers of port ${port} of ${name} in an AuthorizationPolicy (from.source.principals). Callers that are left out are refused from then on.`,
  };
}
