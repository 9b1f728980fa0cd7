/** Get and list: pages, states of the past, what they are called. */
import { ApiAnswer } from './ApiClient';
import {
  configMap,
  createNamespace,
  failure,
  GetContext,
  WIDGETS,
  widget,
} from './context';

function names({ body }: ApiAnswer): string[] {
  return body.items.map(({ metadata }) => metadata.name);
}

export function describeLists(get: GetContext): void {
  describe('get and list', () => {
    let path = '';
    let namespace = '';
    const mine = 'labelSelector=set%3Dlists';

    beforeAll(async () => {
      namespace = await createNamespace(get());
      path = `/api/v1/namespaces/${namespace}/configmaps`;
      for (const name of ['e', 'a', 'c', 'b', 'd']) {
        await get().admin.post(
          path,
          configMap(name, { labels: { set: 'lists' } }),
        );
      }
    });

    it('gets an object by name', async () => {
      const { code, body } = await get().reader.get(`${path}/a`);
      expect(code).toBe(200);
      expect(body).toMatchObject({
        kind: 'ConfigMap',
        apiVersion: 'v1',
        metadata: {
          name: 'a',
          namespace,
          uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
          resourceVersion: expect.stringMatching(/^\d+$/),
          creationTimestamp: expect.stringMatching(
            /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
          ),
        },
        data: { key: 'value' },
      });
    });

    it('answers 404 with the resource and the name for an object that is not there', async () => {
      expect(await get().reader.get(`${path}/nothing`)).toMatchObject(
        failure(404, 'NotFound', 'configmaps "nothing" not found', {
          name: 'nothing',
          kind: 'configmaps',
        }),
      );
      expect(
        await get().reader.get(
          `/apis/apps/v1/namespaces/${namespace}/deployments/nothing`,
        ),
      ).toMatchObject(
        failure(404, 'NotFound', 'deployments.apps "nothing" not found', {
          name: 'nothing',
          group: 'apps',
          kind: 'deployments',
        }),
      );
    });

    it('lists in the order of names, with a resourceVersion', async () => {
      const answer = await get().reader.get(`${path}?${mine}`);
      expect(answer.body).toMatchObject({
        kind: 'ConfigMapList',
        apiVersion: 'v1',
      });
      expect(answer.body.metadata.resourceVersion).toMatch(/^\d+$/);
      expect(names(answer)).toEqual(['a', 'b', 'c', 'd', 'e']);
    });

    it('leaves kind and apiVersion out of the items of built-in lists, and has them in custom ones', async () => {
      const { admin, reader } = get();
      const { body } = await reader.get(`${path}?${mine}`);
      expect(body.items[0]).not.toHaveProperty('kind');
      await admin.post(
        `${WIDGETS}/namespaces/${namespace}/widgets`,
        widget('a', 1),
      );
      const widgets = await reader.get(
        `${WIDGETS}/namespaces/${namespace}/widgets`,
      );
      expect(widgets.body.items).toMatchObject([
        { kind: 'Widget', apiVersion: 'conformance.example/v1' },
      ]);
    });

    it('serves an object under every version of its kind', async () => {
      const { body } = await get().reader.get(
        `/apis/conformance.example/v1beta1/namespaces/${namespace}/widgets/a`,
      );
      expect(body).toMatchObject({
        apiVersion: 'conformance.example/v1beta1',
        metadata: { name: 'a' },
      });
    });

    it('lists nothing in a namespace that does not exist', async () => {
      const answer = await get().reader.get(
        '/api/v1/namespaces/nowhere/configmaps',
      );
      expect(answer.code).toBe(200);
      expect(names(answer)).toEqual([]);
    });

    it('gives pages with limit and continue, all of the same resourceVersion', async () => {
      const { admin, reader } = get();
      const first = await reader.get(`${path}?${mine}&limit=2`);
      expect(names(first)).toEqual(['a', 'b']);
      // What comes between the pages does not show in them.
      await admin.post(path, configMap('bb', { labels: { set: 'lists' } }));
      await admin.delete(`${path}/e`);
      const next = (answer: ApiAnswer) =>
        reader.get(
          `${path}?${mine}&limit=2&continue=${encodeURIComponent(
            answer.body.metadata.continue ?? '',
          )}`,
        );
      const second = await next(first);
      expect(names(second)).toEqual(['c', 'd']);
      const third = await next(second);
      expect(names(third)).toEqual(['e']);
      expect(third.body.metadata.continue ?? '').toBe('');
      for (const page of [second, third]) {
        expect(page.body.metadata.resourceVersion).toBe(
          first.body.metadata.resourceVersion,
        );
      }
      await admin.delete(`${path}/bb`);
      await admin.post(path, configMap('e', { labels: { set: 'lists' } }));
    });

    it('counts what remains, unless a selector hides it', async () => {
      const { reader } = get();
      const selected = await reader.get(`${path}?${mine}&limit=2`);
      expect(selected.body.metadata).not.toHaveProperty('remainingItemCount');
      const whole = await reader.get(path);
      const page = await reader.get(`${path}?limit=2`);
      expect(page.body.metadata.remainingItemCount).toBe(
        whole.body.items.length - 2,
      );
    });

    it('lists the exact state of a resourceVersion', async () => {
      const { admin, reader } = get();
      const before = await reader.get(`${path}?${mine}`);
      const version = before.body.metadata.resourceVersion;
      await admin.delete(`${path}/a`);
      const exact = await reader.get(
        `${path}?${mine}&resourceVersion=${version}&resourceVersionMatch=Exact`,
      );
      expect(names(exact)).toEqual(names(before));
      expect(exact.body.metadata.resourceVersion).toBe(version);
      const newer = await reader.get(
        `${path}?${mine}&resourceVersion=${version}&resourceVersionMatch=NotOlderThan`,
      );
      expect(names(newer)).toEqual(['b', 'c', 'd', 'e']);
    });

    it('answers 504 for a resourceVersion that is not there yet', async () => {
      const { code, body } = await get().reader.get(
        `${path}?resourceVersion=999999999`,
      );
      expect(code).toBe(504);
      expect(body).toMatchObject({
        reason: 'Timeout',
        message: expect.stringContaining(
          'Too large resource version: 999999999, current: ',
        ),
        details: {
          causes: [{ reason: 'ResourceVersionTooLarge' }],
          retryAfterSeconds: 1,
        },
      });
    });

    it.each([
      ['resourceVersion=abc', 400, 'invalid resource version: '],
      ['limit=abc', 400, 'strconv.ParseInt: parsing "abc": invalid syntax'],
      ['limit=1&continue=abc', 400, 'continue key is not valid'],
      [
        'resourceVersionMatch=Exact',
        422,
        'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
      ],
      [
        'resourceVersionMatch=Exact&resourceVersion=0',
        422,
        'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
      ],
      [
        'resourceVersionMatch=Near&resourceVersion=1',
        422,
        'Unsupported value: "Near": supported values: "Exact", "NotOlderThan", ""',
      ],
      [
        'sendInitialEvents=true',
        422,
        'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list',
      ],
    ])('refuses %s', async (query, code, message) => {
      const answer = await get().reader.get(`${path}?${query}`);
      expect(answer.code).toBe(code);
      expect(answer.body.message).toContain(message);
    });
  });
}
