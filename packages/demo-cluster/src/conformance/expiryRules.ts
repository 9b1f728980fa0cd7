/** What a server says that no longer knows the past. Comes last: it makes the past go. */
import {
  configMap,
  createNamespace,
  eventually,
  failure,
  GetContext,
  WIDGETS,
} from './context';

export function describeExpiry(get: GetContext): void {
  describe('expiry', () => {
    let path = '';
    let token = '';
    let version = '';

    beforeAll(async () => {
      const { admin, reader, server } = get();
      path = `/api/v1/namespaces/${await createNamespace(get())}/configmaps`;
      for (const name of ['a', 'b', 'c']) {
        await admin.post(path, configMap(name));
      }
      const { body } = await reader.get(`${path}?limit=1`);
      token = encodeURIComponent(body.metadata.continue ?? '');
      version = body.metadata.resourceVersion;
      await server.expireHistory();
    });

    it('answers 410 for an old continue token, with one that goes on with the present', async () => {
      const { reader } = get();
      const answer = await eventually(
        () => reader.get(`${path}?limit=1&continue=${token}`),
        ({ code }) => code === 410,
      );
      expect(answer).toMatchObject({
        code: 410,
        body: {
          kind: 'Status',
          status: 'Failure',
          reason: 'Expired',
          message: expect.stringMatching(
            /^The provided continue parameter is too old to display a consistent list result\./,
          ),
          metadata: { continue: expect.any(String) },
        },
      });
      const rest = await reader.get(
        `${path}?continue=${encodeURIComponent(
          answer.body.metadata.continue ?? '',
        )}`,
      );
      expect(rest.code).toBe(200);
      expect(
        rest.body.items.map(({ metadata }) => metadata.name),
      ).not.toContain('a');
    });

    it('answers 410 for the exact state of an old resourceVersion', async () => {
      const { reader } = get();
      const answer = await eventually(
        () =>
          reader.get(
            `${path}?resourceVersion=${version}&resourceVersionMatch=Exact&limit=1`,
          ),
        ({ code }) => code === 410,
      );
      expect(answer).toMatchObject(
        failure(
          410,
          'Expired',
          'The resourceVersion for the provided list is too old.',
        ),
      );
    });

    it('tells a watch from too long ago so in an event, and ends it', async () => {
      const watch = await get().reader.watch(
        `${WIDGETS}/widgets?watch=true&resourceVersion=1`,
      );
      expect(watch.code).toBe(200);
      expect(await watch.rest()).toMatchObject([
        {
          type: 'ERROR',
          object: {
            kind: 'Status',
            status: 'Failure',
            reason: 'Expired',
            code: 410,
            message: expect.stringMatching(
              /^too old resource version: 1 \(\d+\)$/,
            ),
          },
        },
      ]);
    });
  });
}
