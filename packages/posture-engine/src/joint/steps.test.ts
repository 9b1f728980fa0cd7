import { MeshAnswer, MeshDecidingField } from '../mesh';
import { ConnectionAnswer } from '../decisions';
import { JointAnswer } from './jointQuestions';
import { stepsOf } from './steps';

const network: ConnectionAnswer = {
  verdict: 'allow',
  decidedBy: [],
  conditions: [],
  reason: 'No policy restricts it.',
};

function field(
  layer: MeshDecidingField['layer'],
  direction: MeshDecidingField['direction'],
  effect: MeshDecidingField['effect'] = 'allow',
): MeshDecidingField {
  const object = { apiVersion: 'v1', kind: layer, name: 'one' };
  return { layer, direction, effect, object, field: 'spec' };
}

const mtls: MeshAnswer = {
  verdict: 'allow',
  transport: 'mtls',
  decidedBy: [
    field('destination-rule', 'egress'),
    field('peer-authentication', 'ingress'),
    field('authorization-policy', 'ingress'),
  ],
  reason: 'It is allowed.',
};

function steps(
  mesh: Partial<MeshAnswer> | undefined,
  { hasMesh = true, hasToken = false, answered = network } = {},
) {
  const answer: JointAnswer = {
    verdict: 'allow',
    transport: null,
    decidedBy: [],
    conditions: [],
    reason: '',
    network: answered,
    ...(mesh ? { mesh: { ...mtls, ...mesh } } : {}),
  };
  return stepsOf(answer, { hasMesh, hasToken }).map(
    ({ step, verdict, reason, decidedBy }) =>
      `${step} ${verdict}${reason === undefined ? '' : ' (decides)'} ${
        decidedBy.length
      }`,
  );
}

describe('the chain of decisions', () => {
  it('has the network, what the client sends, what the server takes and what policies say, each with its objects', () => {
    expect(steps({})).toEqual([
      'network allow (decides) 0',
      'transport allow 1',
      'peer-authentication allow 1',
      'authorization allow (decides) 1',
    ]);
  });

  it('has the network alone where there is no mesh', () => {
    expect(steps(undefined, { hasMesh: false })).toEqual([
      'network allow (decides) 0',
    ]);
  });

  it('ends where the network refuses', () => {
    expect(
      steps(undefined, { answered: { ...network, verdict: 'deny' } }),
    ).toEqual([
      'network deny (decides) 0',
      'transport not-asked 0',
      'peer-authentication not-asked 0',
      'request-authentication not-asked 0',
      'authorization not-asked 0',
    ]);
  });

  it('is conditional at the network or at the policies, wherever the conditions are', () => {
    expect(
      steps(
        {
          verdict: 'conditional',
          conditions: [
            [
              {
                attribute: 'method',
                patterns: [{ kind: 'exact', text: 'GET', written: 'GET' }],
                negated: false,
                single: true,
              },
            ],
          ],
        },
        { answered: { ...network, conditions: [['HTTP GET /']] } },
      ),
    ).toEqual([
      'network conditional (decides) 0',
      'transport allow 1',
      'peer-authentication allow 1',
      'authorization conditional (decides) 1',
    ]);
  });

  it('ends at the client whose own proxy refuses', () => {
    expect(
      steps({
        verdict: 'deny',
        transport: null,
        decidedBy: [field('sidecar', 'egress', 'deny')],
      }),
    ).toEqual([
      'network allow (decides) 0',
      'transport deny (decides) 1',
      'peer-authentication not-asked 0',
      'authorization not-asked 0',
    ]);
  });

  it('ends at the server that does not take what is sent', () => {
    expect(
      steps({
        verdict: 'deny',
        mismatch: true,
        transport: null,
        decidedBy: [
          field('destination-rule', 'egress', 'deny'),
          field('peer-authentication', 'ingress', 'deny'),
        ],
      }),
    ).toEqual([
      'network allow (decides) 0',
      'transport allow 1',
      'peer-authentication deny (decides) 1',
      'authorization not-asked 0',
    ]);
  });

  it('ends at the handshake where no object refuses', () => {
    expect(
      steps({ verdict: 'deny', transport: null, decidedBy: [] }),
    ).toContain('peer-authentication deny (decides) 0');
  });

  it('ends at the token, before policies are asked', () => {
    expect(
      steps({
        verdict: 'deny',
        transport: null,
        decidedBy: [field('request-authentication', 'ingress', 'deny')],
      }),
    ).toEqual([
      'network allow (decides) 0',
      'transport allow 0',
      'peer-authentication allow 0',
      'request-authentication deny (decides) 1',
      'authorization not-asked 0',
    ]);
  });

  it('has a step for a token that is taken', () => {
    expect(steps({}, { hasToken: true })).toContain(
      'request-authentication allow 0',
    );
  });

  it('cannot tell of policies once the transport is known, and of nothing before', () => {
    expect(steps({ verdict: 'unknown', decidedBy: [] })).toEqual([
      'network allow (decides) 0',
      'transport allow 0',
      'peer-authentication allow 0',
      'authorization unknown (decides) 0',
    ]);
    expect(
      steps({ verdict: 'unknown', transport: null, decidedBy: [] }),
    ).toEqual([
      'network allow (decides) 0',
      'transport unknown (decides) 0',
      'peer-authentication not-asked 0',
      'authorization not-asked 0',
    ]);
  });
});
