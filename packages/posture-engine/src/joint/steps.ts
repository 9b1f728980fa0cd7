/**
 * The chain of decisions behind a joint answer, in the order in which a
 * connection meets them. The step that decides is told by the objects that
 * decided; what comes after a refusal is never asked.
 */
import type { NetworkVerdict } from '../decisions/decide';
import type { MeshAnswer, MeshDecidingField, Tunnel } from '../mesh/connection';
import { conditionsOf } from '../mesh/edges/meshPassage';
import type { JointAnswer } from './jointQuestions';

const MESH_STEPS = [
  /** What the client's side sends. */
  'transport',
  /** What the server's side takes. */
  'peer-authentication',
  /** Tokens are read before policies are asked. */
  'request-authentication',
  'authorization',
] as const;
type MeshStepName = (typeof MESH_STEPS)[number];

export interface AnswerStep {
  step: 'network' | MeshStepName;
  verdict: NetworkVerdict | 'conditional' | 'not-asked';
  decidedBy: JointAnswer['decidedBy'];
  /** For `conditional`: one must hold. */
  conditions: readonly string[];
  /** In sentences; of the step that decided alone. */
  reason?: string;
}

export interface StepsOptions {
  /** Whether the mesh would be asked, if the network let it pass. */
  hasMesh: boolean;
  /** Whether a token is sent: else nobody looks at one. */
  hasToken: boolean;
}

export function stepsOf(
  answer: JointAnswer,
  { hasMesh, hasToken }: StepsOptions,
): AnswerStep[] {
  const { network, mesh, tunnel } = answer;
  const steps: AnswerStep[] = network
    ? [
        {
          step: 'network',
          verdict:
            network.verdict === 'allow' && network.conditions.length > 0
              ? 'conditional'
              : network.verdict,
          decidedBy: network.decidedBy,
          conditions: network.conditions.flat(),
          reason: tunnel
            ? `${describeTunnel(tunnel)} ${network.reason}`
            : network.reason,
        },
      ]
    : [];
  if (!mesh) {
    return hasMesh ? [...steps, ...MESH_STEPS.map(notAsked)] : steps;
  }
  const deciding = decidingStep(mesh);
  const at = MESH_STEPS.indexOf(deciding);
  return [
    ...steps,
    ...MESH_STEPS.map((step, index) =>
      index > at ? notAsked(step) : meshStep(step, mesh, step === deciding),
    ),
  ].filter(
    ({ step, decidedBy, verdict }) =>
      step !== 'request-authentication' ||
      hasToken ||
      decidedBy.length > 0 ||
      verdict === 'deny',
  );
}

/** A sentence. */
export function describeTunnel({ port, via }: Tunnel): string {
  return `The mesh sends it through a tunnel${
    via ? `, to ${via.name} and from there` : ''
  }: the network sees TCP port ${port} instead.`;
}

function notAsked(step: MeshStepName): AnswerStep {
  return { step, verdict: 'not-asked', decidedBy: [], conditions: [] };
}

function meshStep(
  step: MeshStepName,
  mesh: MeshAnswer,
  decides: boolean,
): AnswerStep {
  const decidedBy = mesh.decidedBy.filter(field => stepOf(field) === step);
  return decides
    ? {
        step,
        verdict: mesh.verdict,
        decidedBy,
        conditions: conditionsOf(mesh),
        reason: mesh.reason,
      }
    : { step, verdict: 'allow', decidedBy, conditions: [] };
}

function stepOf({ direction, layer }: MeshDecidingField): MeshStepName {
  if (direction === 'egress') {
    return 'transport';
  }
  switch (layer) {
    case 'authorization-policy':
    case 'linkerd-policy':
    case 'linkerd-config':
      return 'authorization';
    case 'request-authentication':
      return 'request-authentication';
    default:
      return 'peer-authentication';
  }
}

function decidingStep(mesh: MeshAnswer): MeshStepName {
  switch (mesh.verdict) {
    case 'deny':
      return mesh.mismatch ? 'peer-authentication' : refusingStep(mesh);
    case 'unknown':
      // Policies are asked once it is clear what the connection is.
      return mesh.transport === null ? 'transport' : 'authorization';
    default:
      return 'authorization';
  }
}

/** Where no object refuses, the handshake does. */
function refusingStep({ decidedBy }: MeshAnswer): MeshStepName {
  const refusing = decidedBy.filter(({ effect }) => effect === 'deny');
  return (
    [...MESH_STEPS]
      .reverse()
      .find(step => refusing.some(field => stepOf(field) === step)) ??
    'peer-authentication'
  );
}
