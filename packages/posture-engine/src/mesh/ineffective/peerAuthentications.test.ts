import { meshObject, saidInMesh } from '../../testing/ineffectiveMesh';
import { ineffectiveInMesh } from '../../testing/ineffectiveMesh';

const modes = (name: string, spec: string, day?: number) =>
  meshObject('PeerAuthentication', name, spec, { day });
const ORDERS = 'selector: { matchLabels: { app: orders } }';
const STRICT = 'mtls: { mode: STRICT }';

describe('PeerAuthentications without an effect', () => {
  it('are not those that some pod of the mesh follows, nor a mode that is said twice', () => {
    expect(
      saidInMesh([
        modes('istio-system/mesh', `{ ${STRICT} }`),
        modes('shop/default', `{ ${STRICT} }`),
        modes(
          'shop/orders',
          `{ ${ORDERS}, mtls: { mode: PERMISSIVE }, portLevelMtls: { 8080: { mode: STRICT } } }`,
        ),
      ]),
    ).toEqual([]);
  });

  it('are those that select no pod, or none of the mesh', () => {
    expect(
      saidInMesh([
        modes(
          'shop/gone',
          `{ selector: { matchLabels: { app: gone } }, ${STRICT} }`,
        ),
        modes(
          'old/batch',
          `{ selector: { matchLabels: { app: batch } }, ${STRICT} }`,
        ),
        modes('old/default', `{ ${STRICT} }`),
        modes('empty/default', `{ ${STRICT} }`),
      ]),
    ).toEqual([
      'default spec: no pod of namespace empty is in view',
      "batch spec: it selects only pods that are outside of Istio's mesh",
      "default spec: the pods of namespace old are outside of Istio's mesh",
      'gone spec: it selects no pod of namespace shop',
    ]);
  });

  it('are younger ones of the same scope, and the ages of both prove it', () => {
    const younger = modes('shop/default', `{ ${STRICT} }`, 9);
    const older = modes(
      'shop/a-migration',
      '{ mtls: { mode: PERMISSIVE } }',
      2,
    );
    const found = ineffectiveInMesh([younger, older]);
    expect(found).toEqual([
      {
        object: expect.objectContaining({ name: 'default' }),
        field: 'spec',
        because:
          'PeerAuthentication shop/a-migration came first, and of several for one namespace only the oldest counts',
        provenBy: [
          {
            object: expect.objectContaining({ name: 'a-migration' }),
            field: 'metadata.creationTimestamp',
          },
          {
            object: expect.objectContaining({ name: 'default' }),
            field: 'metadata.creationTimestamp',
          },
        ],
      },
    ]);
    expect(
      saidInMesh([
        modes('shop/one', `{ ${ORDERS}, ${STRICT} }`, 2),
        modes('shop/two', `{ ${ORDERS}, mtls: { mode: DISABLE } }`, 3),
      ]),
    ).toEqual([
      'two spec: PeerAuthentication shop/one came first, and of several for the same pods only the oldest counts',
    ]);
  });

  it('of the same second count by name at sidecars, and in ambient nobody can tell', () => {
    const both = (namespace: string) => [
      modes(`${namespace}/a`, `{ ${STRICT} }`),
      modes(`${namespace}/b`, '{ mtls: { mode: PERMISSIVE } }'),
    ];
    expect(saidInMesh(both('shop'))).toEqual([
      expect.stringMatching(/^b spec: PeerAuthentication shop\/a came first/),
    ]);
    expect(saidInMesh(both('stock'))).toEqual([]);
  });

  it('are those of the root namespace that have a selector, wherever that is', () => {
    expect(
      saidInMesh([modes('istio-system/orders', `{ ${ORDERS}, ${STRICT} }`)]),
    ).toEqual([
      'orders spec: in the root namespace, istio-system, a PeerAuthentication with a selector is not read',
    ]);
    expect(
      saidInMesh([modes('shop/orders', `{ ${ORDERS}, ${STRICT} }`)], {
        meshConfig: { rootNamespace: 'shop' },
      }),
    ).toEqual([
      'orders spec: in the root namespace, shop, a PeerAuthentication with a selector is not read',
    ]);
  });

  it('are those that set no mode, unless they shadow a younger one', () => {
    const empty = modes('shop/empty', '{}', 1);
    expect(saidInMesh([empty])).toEqual([
      'empty spec: it sets no mode, so that what is above it decides as it would without',
    ]);
    expect(saidInMesh([empty, modes('shop/late', `{ ${STRICT} }`, 2)])).toEqual(
      [
        expect.stringMatching(
          /^late spec: PeerAuthentication shop\/empty came first/,
        ),
      ],
    );
  });

  it('are ports of Services instead of containers, and ports that nobody has', () => {
    const found = ineffectiveInMesh([
      modes(
        'shop/orders',
        `{ ${ORDERS}, ${STRICT}, portLevelMtls: { 80: { mode: DISABLE }, 9090: { mode: DISABLE }, 8080: { mode: PERMISSIVE } } }`,
      ),
    ]);
    expect(found).toEqual([
      expect.objectContaining({
        field: 'spec.portLevelMtls.80',
        because:
          '80 is a port of Service shop/orders, and ports of containers are meant here: that one leads to 8080',
        provenBy: [
          expect.objectContaining({ field: 'spec.portLevelMtls.80' }),
          {
            object: expect.objectContaining({ kind: 'Service' }),
            field: 'spec.ports[0]',
          },
        ],
      }),
      expect.objectContaining({
        field: 'spec.portLevelMtls.9090',
        because:
          'no container that it is for declares port 9090, and no Service leads there',
      }),
    ]);
  });

  it('are ports of ambient that ztunnel takes no notice of, or that Istio never hands to it', () => {
    const items = 'selector: { matchLabels: { app: items } }';
    expect(
      saidInMesh([
        modes('istio-system/mesh', `{ ${STRICT} }`),
        modes(
          'stock/items',
          `{ ${items}, portLevelMtls: { 8080: { mode: DISABLE } } }`,
        ),
      ]),
    ).toEqual([
      'items spec.portLevelMtls.8080: ztunnel makes no exception for DISABLE alone, so that port 8080 stays STRICT',
    ]);
    expect(
      saidInMesh([
        modes('istio-system/mesh', `{ ${STRICT} }`),
        modes(
          'stock/items',
          `{ ${items}, mtls: { mode: PERMISSIVE }, portLevelMtls: { 8080: { mode: STRICT } } }`,
        ),
      ]),
    ).toEqual([
      'items spec.portLevelMtls.8080: Istio never hands this policy to ztunnel, so that port 8080 takes plaintext as all others do',
    ]);
  });

  it('are not told where pods, or policies that may be older, could not be seen', () => {
    const gone = modes(
      'shop/gone',
      `{ selector: { matchLabels: { app: gone } }, ${STRICT} }`,
    );
    for (const kind of ['Pod', 'PeerAuthentication'] as const) {
      expect(
        saidInMesh([gone], {
          coverage: { [kind]: { state: 'forbidden', verb: 'list' } },
        }),
      ).toEqual([]);
    }
  });
});
