import { meshObject, saidInMesh } from '../../testing/ineffectiveMesh';

describe('an AuthorizationPolicy for a ServiceEntry', () => {
  const partner = (label = '') => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: partner, namespace: stock, labels: { ${label} } }
spec: { hosts: [partner.example], ports: [{ number: 443, name: tls, protocol: TLS }] }
`;
  const policy = meshObject(
    'AuthorizationPolicy',
    'stock/partner',
    '{ targetRefs: [{ group: networking.istio.io, kind: ServiceEntry, name: partner }], rules: [{}] }',
  );
  const UNREAD =
    'partner spec: waypoints alone read a target of kind ServiceEntry, and neither ServiceEntry stock/partner nor its namespace names one';

  it('is read by the waypoint that the ServiceEntry names, and by nobody where it names none', () => {
    expect(saidInMesh([partner(), policy])).toEqual([UNREAD]);
    expect(
      saidInMesh([partner('istio.io/use-waypoint: none'), policy]),
    ).toEqual([UNREAD]);
    expect(
      saidInMesh([partner('istio.io/use-waypoint: egress'), policy]),
    ).toEqual([]);
  });
});
