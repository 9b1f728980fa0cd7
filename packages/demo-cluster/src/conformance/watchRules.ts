/** Watches: which events come, in which order, and how they end. */
import { WatchEvent } from './ApiClient';
import {
  configMap,
  createNamespace,
  GetContext,
  METADATA,
  TABLE,
} from './context';

function brief({ type, object }: WatchEvent): string {
  return `${type} ${object.metadata.name}`;
}

export function describeWatches(get: GetContext): void {
  describe('watches', () => {
    let path = '';
    const mine = 'labelSelector=set%3Dwatches';
    const labels = { set: 'watches' };

    beforeAll(async () => {
      path = `/api/v1/namespaces/${await createNamespace(get())}/configmaps`;
      await get().admin.post(path, configMap('first', { labels }));
    });

    const version = async () =>
      (await get().reader.get(`${path}?${mine}`)).body.metadata.resourceVersion;

    it('tells every change after a list, in order, with rising resourceVersions', async () => {
      const { admin, reader } = get();
      const watch = await reader.watch(
        `${path}?watch=true&${mine}&resourceVersion=${await version()}`,
      );
      expect(watch.code).toBe(200);
      await admin.post(path, configMap('second', { labels }));
      await admin.patch(`${path}/second`, 'merge', {
        data: { key: 'changed' },
      });
      await admin.delete(`${path}/second`);
      const events = await watch.take(3);
      watch.close();
      expect(events.map(brief)).toEqual([
        'ADDED second',
        'MODIFIED second',
        'DELETED second',
      ]);
      expect(events[0].object).toMatchObject({
        kind: 'ConfigMap',
        apiVersion: 'v1',
      });
      expect(events[2].object.data).toEqual({ key: 'changed' });
      const versions = events.map(({ object }) =>
        Number(object.metadata.resourceVersion),
      );
      expect(versions).toEqual([...versions].sort((a, b) => a - b));
      expect(new Set(versions).size).toBe(3);
    });

    it('replays what happened since a resourceVersion', async () => {
      const { admin, reader } = get();
      const since = await version();
      await admin.post(path, configMap('past', { labels }));
      await admin.delete(`${path}/past`);
      const watch = await reader.watch(
        `${path}?watch=true&${mine}&resourceVersion=${since}`,
      );
      expect((await watch.take(2)).map(brief)).toEqual([
        'ADDED past',
        'DELETED past',
      ]);
      watch.close();
    });

    it('begins with what is there where no resourceVersion is given', async () => {
      const watch = await get().reader.watch(`${path}?watch=true&${mine}`);
      expect((await watch.take(1)).map(brief)).toEqual(['ADDED first']);
      watch.close();
    });

    it('tells a change of labels as coming and going, of the selection', async () => {
      const { admin, reader } = get();
      await admin.post(
        path,
        configMap('mover', { labels: { set: 'elsewhere' } }),
      );
      const watch = await reader.watch(
        `${path}?watch=true&${mine}&resourceVersion=${await version()}`,
      );
      const move = (set: string) =>
        admin.patch(`${path}/mover`, 'merge', {
          metadata: { labels: { set } },
        });
      await move('watches');
      await move('elsewhere');
      const events = await watch.take(2);
      watch.close();
      expect(events.map(brief)).toEqual(['ADDED mover', 'DELETED mover']);
      // What is told of the object that went is how it last was in the selection.
      expect(events[1].object.metadata.labels).toEqual(labels);
      await admin.delete(`${path}/mover`);
    });

    it('watches one object by its name', async () => {
      const { admin, reader } = get();
      const watch = await reader.watch(
        `${path}?watch=true&fieldSelector=metadata.name%3Dnamed&resourceVersion=${await version()}`,
      );
      await admin.post(path, configMap('other'));
      await admin.post(path, configMap('named'));
      expect((await watch.take(1)).map(brief)).toEqual(['ADDED named']);
      watch.close();
    });

    it('marks the end of the initial events where they are asked for', async () => {
      const watch = await get().reader.watch(
        `${path}?watch=true&${mine}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
      );
      const [added, bookmark] = await watch.take(2);
      watch.close();
      expect(brief(added)).toBe('ADDED first');
      expect(bookmark).toMatchObject({
        type: 'BOOKMARK',
        object: {
          kind: 'ConfigMap',
          apiVersion: 'v1',
          metadata: {
            resourceVersion: expect.stringMatching(/^\d+$/),
            annotations: { 'k8s.io/initial-events-end': 'true' },
          },
        },
      });
    });

    it('ends after timeoutSeconds, with a bookmark not long before for who allows it', async () => {
      const { admin, reader } = get();
      const watch = await reader.watch(
        `${path}?watch=true&${mine}&resourceVersion=${await version()}&timeoutSeconds=4&allowWatchBookmarks=true`,
      );
      const { body } = await admin.post(path, configMap('last', { labels }));
      const events = await watch.rest();
      await admin.delete(`${path}/last`);
      expect(brief(events[0])).toBe('ADDED last');
      const end = events[events.length - 1];
      expect(end.type).toBe('BOOKMARK');
      expect(
        Number(end.object.metadata.resourceVersion),
      ).toBeGreaterThanOrEqual(Number(body.metadata.resourceVersion));
    });

    it('tells metadata alone where asked to', async () => {
      const watch = await get().reader.watch(
        `${path}?watch=true&${mine}`,
        METADATA,
      );
      const [event] = await watch.take(1);
      watch.close();
      expect(event.object).toMatchObject({
        kind: 'PartialObjectMetadata',
        apiVersion: 'meta.k8s.io/v1',
        metadata: { name: 'first' },
      });
      expect(event.object).not.toHaveProperty('data');
    });

    it('tells tables where asked to, with the columns in the first alone', async () => {
      const { admin, reader } = get();
      const watch = await reader.watch(`${path}?watch=true&${mine}`, TABLE);
      const [first] = await watch.take(1);
      await admin.patch(`${path}/first`, 'merge', { data: { key: 'again' } });
      const [second] = await watch.take(1);
      watch.close();
      expect(first.object.rows[0].cells[0]).toBe('first');
      expect(first.object.columnDefinitions).toHaveLength(3);
      expect(second.object.columnDefinitions).toBeNull();
    });

    it.each([
      [
        'resourceVersionMatch=Exact&resourceVersion=1',
        422,
        'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      ],
      [
        'sendInitialEvents=true',
        422,
        'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      ],
      ['resourceVersion=abc', 500, 'resourceVersion: Invalid value: "abc"'],
      [
        'labelSelector=%3D',
        400,
        "found '=', expected: !, identifier, or 'end of string'",
      ],
      [
        'fieldSelector=data.key%3D1',
        400,
        '"data.key" is not a known field selector',
      ],
    ])('refuses %s before it begins', async (query, code, message) => {
      const answer = await get().reader.get(`${path}?watch=true&${query}`);
      expect([answer.code, answer.body.message]).toEqual([
        code,
        expect.stringContaining(message),
      ]);
    });
  });
}
