import { mockServices } from '@backstage/backend-test-utils';
import type {
  ClusterConnections,
  ConnectionState,
} from '../database/ConnectionStore';
import { networkPolicy } from '../testing/connections';
import { eventually } from '../testing/eventually';
import { deployment, snapshotOf } from '../testing/TestClusters';
import type { SnapshotUpkeep } from '../snapshots/SnapshotUpkeep';
import { ConnectionUpkeep } from './ConnectionUpkeep';

jest.setTimeout(60_000);

const shop = ['orders', 'web'].map(name => deployment({ name }));
const open = snapshotOf('prod', shop);
const closed = snapshotOf('prod', [...shop, networkPolicy({ name: 'nobody' })]);

/** Keeps connections in memory; `saving` is called before they are kept, `confirming` before they are compared. */
function start(
  saving: () => Promise<void> = async () => {},
  confirming: () => void = () => {},
  update: SnapshotUpkeep['update'] = async () => undefined,
) {
  const logger = mockServices.logger.mock();
  const onChange = jest.fn();
  let stored: ConnectionState | undefined;
  const saved: ClusterConnections[] = [];
  const confirm = jest.fn(async ({ digest }: ConnectionState) => {
    confirming();
    return stored?.digest === digest;
  });
  const upkeep = ConnectionUpkeep.create({
    cluster: 'prod',
    holder: 'replica-1',
    store: {
      confirm,
      save: async connections => {
        await saving();
        stored = connections;
        saved.push(connections);
        return { revision: saved.length, entityRefs: [] };
      },
    },
    snapshots: { update, stop: () => {} },
    onChange,
    logger,
  });
  const widths = () =>
    saved.map(({ spreads }) => spreads.map(({ total }) => total).join(' '));
  return { confirm, logger, onChange, upkeep, widths };
}

describe('the upkeep of connections', () => {
  it('stores and tells only what changed', async () => {
    const { confirm, onChange, upkeep, widths } = start();
    upkeep.update(open);
    await eventually(() => expect(widths()).toEqual(['1 1']));
    // With a label that no policy asks for.
    upkeep.update(
      snapshotOf('prod', [
        deployment({
          name: 'orders',
          labels: { 'backstage.io/kubernetes-id': 'orders', mtls: 'strict' },
        }),
        shop[1],
      ]),
    );
    await eventually(() => expect(confirm).toHaveBeenCalledTimes(2));
    await upkeep.stop();
    expect(onChange).toHaveBeenCalledTimes(1);
  });

  it('stores the snapshot after the connections, and tells of both once both are stored', async () => {
    const order: string[] = [];
    const seen = { revision: 7, entityRefs: ['component:default/web'] };
    const { onChange, upkeep } = start(
      async () => {
        order.push('connections');
      },
      undefined,
      async snapshot => {
        order.push(`snapshot of ${snapshot.cluster}`);
        expect(onChange).not.toHaveBeenCalled();
        return seen;
      },
    );
    upkeep.update(open);
    await eventually(() => expect(onChange).toHaveBeenCalledTimes(2));
    await upkeep.stop();
    expect(order).toEqual(['connections', 'snapshot of prod']);
    expect(onChange.mock.calls).toEqual([
      [seen],
      [{ revision: 1, entityRefs: [] }],
    ]);
  });

  it('tells of connections that are stored, though their snapshot is not', async () => {
    const { logger, onChange, upkeep } = start(
      undefined,
      undefined,
      async () => {
        throw new Error('the database is away');
      },
    );
    upkeep.update(open);
    await eventually(() => expect(logger.warn).toHaveBeenCalledTimes(1));
    await upkeep.stop();
    expect(onChange).toHaveBeenCalledTimes(1);
  });

  it('goes on with the newest view only', async () => {
    let release = () => {};
    const gate = new Promise<void>(resolve => {
      release = resolve;
    });
    let saving = 0;
    const { upkeep, widths } = start(async () => {
      saving += 1;
      await gate;
    });
    upkeep.update(open);
    await eventually(() => expect(saving).toBe(1));
    upkeep.update(snapshotOf('prod', [shop[0]]));
    upkeep.update(closed);
    release();
    await eventually(() => expect(widths()).toEqual(['1 1', '0 0']));
    await upkeep.stop();
  });

  it('gives up what is outdated meanwhile, but not twice in a row', async () => {
    const coming = [closed, snapshotOf('prod', [shop[0]])];
    const { upkeep, widths } = start(undefined, () => {
      const next = coming.shift();
      if (next) {
        upkeep.update(next);
      }
    });
    upkeep.update(open);
    await eventually(() => expect(widths()).toEqual(['0 0', '0']));
    await upkeep.stop();
  });

  it('tries again after a failure, and says it once', async () => {
    let failures = 1;
    const { logger, upkeep, widths } = start(async () => {
      if (failures > 0) {
        failures -= 1;
        throw new Error('the database is away');
      }
    });
    upkeep.update(open);
    await eventually(() => expect(widths()).toEqual(['1 1']));
    expect(logger.warn.mock.calls).toEqual([
      [
        'Connections of cluster prod could not be updated',
        { error: 'the database is away' },
      ],
    ]);
    await upkeep.stop();
  });

  it('writes nothing more once it is stopped', async () => {
    const { onChange, upkeep, widths } = start();
    upkeep.update(open);
    await upkeep.stop();
    upkeep.update(closed);
    await new Promise(resolve => {
      setImmediate(resolve);
    });
    expect(widths()).toEqual([]);
    expect(onChange).not.toHaveBeenCalled();
  });
});
