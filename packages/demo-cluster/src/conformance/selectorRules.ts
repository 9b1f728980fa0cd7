/** Label and field selectors of lists. */
import {
  configMap,
  createNamespace,
  failure,
  GetContext,
  matching,
} from './context';

const OBJECTS: Record<string, Record<string, string>> = {
  one: { app: 'shop', tier: 'web', weight: '5' },
  two: { app: 'shop', tier: 'db', weight: '15' },
  three: { app: 'bank' },
  four: {},
};

export function describeSelectors(get: GetContext): void {
  describe('selectors', () => {
    let path = '';

    beforeAll(async () => {
      path = `/api/v1/namespaces/${await createNamespace(get())}/configmaps`;
      for (const [name, labels] of Object.entries(OBJECTS)) {
        await get().admin.post(path, configMap(name, { labels }));
      }
    });

    const select = async (query: string) => {
      const { code, body } = await get().reader.get(`${path}?${query}`);
      return code === 200
        ? body.items
            .map(({ metadata }) => metadata.name)
            .filter(name => name in OBJECTS)
        : body.message;
    };

    it.each<[string, string[]]>([
      ['app=shop', ['one', 'two']],
      ['app==shop,tier=web', ['one']],
      ['app!=shop', ['four', 'three']],
      ['app', ['one', 'three', 'two']],
      ['!app', ['four']],
      ['app in (shop, bank),tier', ['one', 'two']],
      ['app notin (shop)', ['four', 'three']],
      ['tier in (web,)', ['one']],
      ['weight>7', ['two']],
      ['weight<7', ['one']],
      ['app=', []],
      [' app = shop , ! tier ', []],
    ])('by label: %s', async (selector, names) => {
      expect(
        await select(`labelSelector=${encodeURIComponent(selector)}`),
      ).toEqual(names);
    });

    it.each([
      ['app=shop,', "found '', expected: identifier after ','"],
      [
        'app shop',
        "unable to parse requirement: found 'shop', expected: in, notin, =, ==, !=, gt, lt",
      ],
      ['=shop', "found '=', expected: !, identifier, or 'end of string'"],
      [
        'app in shop',
        "unable to parse requirement: found 'shop' expected: '('",
      ],
      [
        'app in (shop',
        "unable to parse requirement: found '', expected: ',' or ')'",
      ],
      ['app=shop bank', "found 'bank', expected: ',' or 'end of string'"],
      [
        'app>x',
        "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
      ],
      [
        '-app=shop',
        /^unable to parse requirement: <nil>: Invalid value: "-app": name part must consist of/,
      ],
      [
        'app=-shop',
        /^unable to parse requirement: values\[0\]\[app\]: Invalid value: "-shop": a valid label must be/,
      ],
    ])('refuses the label selector %s', async (selector, message) => {
      const answer = await get().reader.get(
        `${path}?labelSelector=${encodeURIComponent(selector)}`,
      );
      expect(answer).toMatchObject(
        failure(400, 'BadRequest', matching(message)),
      );
    });

    it.each<[string, string[]]>([
      ['metadata.name=one', ['one']],
      ['metadata.name==one', ['one']],
      ['metadata.name!=one', ['four', 'three', 'two']],
      ['metadata.name=one,metadata.name=two', []],
    ])('by field: %s', async (selector, names) => {
      expect(
        await select(`fieldSelector=${encodeURIComponent(selector)}`),
      ).toEqual(names);
    });

    it('by namespace, in a list of all of them', async () => {
      const namespace = path.split('/')[4];
      const { body } = await get().reader.get(
        `/api/v1/configmaps?fieldSelector=metadata.namespace%3D${namespace},metadata.name%3Dtwo`,
      );
      expect(body.items).toHaveLength(1);
    });

    it('by label and field together', async () => {
      expect(
        await select(
          'labelSelector=app%3Dshop&fieldSelector=metadata.name!%3Done',
        ),
      ).toEqual(['two']);
    });

    it('by the type of a Secret, the phase and the node of a Pod', async () => {
      const { admin, reader } = get();
      const secrets = path.replace('configmaps', 'secrets');
      await admin.post(secrets, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'opaque' },
      });
      const opaque = await reader.get(`${secrets}?fieldSelector=type%3DOpaque`);
      expect(opaque.body.items).toHaveLength(1);
      const others = await reader.get(
        `${secrets}?fieldSelector=type%3Dkubernetes.io/service-account-token`,
      );
      expect(others.body.items).toEqual([]);
      for (const field of ['status.phase=Running', 'spec.nodeName=nowhere']) {
        const { code } = await reader.get(
          `${path.replace(
            'configmaps',
            'pods',
          )}?fieldSelector=${encodeURIComponent(field)}`,
        );
        expect(code).toBe(200);
      }
    });

    it.each([
      ['/api/v1/pods', 'spec.image', 'field label not supported: spec.image'],
      ['/api/v1/secrets', 'data.key', 'field label not supported: data.key'],
      [
        '/api/v1/namespaces',
        'metadata.namespace',
        'field label not supported: metadata.namespace',
      ],
      [
        '/api/v1/configmaps',
        'data.key',
        '"data.key" is not a known field selector: only "metadata.name", "metadata.namespace"',
      ],
      [
        '/apis/apps/v1/deployments',
        'spec.replicas',
        '"spec.replicas" is not a known field selector: only "metadata.name", "metadata.namespace"',
      ],
      [
        '/apis/batch/v1/jobs',
        'spec.x',
        'field label "spec.x" not supported for Job',
      ],
      [
        '/apis/conformance.example/v1/widgets',
        'spec.size',
        'field label not supported: spec.size',
      ],
    ])('refuses of %s the field %s', async (resource, field, message) => {
      expect(
        await get().reader.get(`${resource}?fieldSelector=${field}%3Dx`),
      ).toMatchObject(failure(400, 'BadRequest', message));
    });

    it('refuses a field selector without an operator', async () => {
      expect(await select('fieldSelector=metadata.name')).toBe(
        "invalid selector: 'metadata.name'; can't understand 'metadata.name'",
      );
    });
  });
}
