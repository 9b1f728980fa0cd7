/** Prometheus, for pods that ask to be scraped: what it does not reach nobody sees fail. */
import { entryOf } from '../../../mesh/podFields';
import type { ClusterSnapshot, PodView } from '../../../snapshot';
import {
  Consumer,
  Supply,
  addedPolicy,
  askAny,
  doubt,
  isMendable,
  nameOfPod,
  peerOf,
  refusal,
} from './supply';

const SCRAPE = 'prometheus.io/scrape';
const PORT = 'prometheus.io/port';

/** The injector has the proxy serve its own metrics and the application's together, here. */
const MERGED_PORT = 15020;

export function suppliesOfMetrics(consumer: Consumer): Supply[] {
  const { pod, dataPlane, snapshot, workload } = consumer;
  const asked = Number(entryOf(pod.annotations, PORT));
  const scrapers = snapshot.derive(scrapersOf);
  if (
    entryOf(pod.annotations, SCRAPE) !== 'true' ||
    !Number.isInteger(asked) ||
    scrapers.length === 0
  ) {
    return [];
  }
  const { name } = workload.reference;
  const ports =
    dataPlane.dataPlane === 'sidecar' && dataPlane.basis === 'planned'
      ? [asked, MERGED_PORT]
      : [asked];
  const answer = askAny(
    consumer,
    'ingress',
    scrapers.flatMap(end =>
      ports.map(port => ({ end, protocol: 'TCP' as const, port })),
    ),
  );
  switch (answer?.state) {
    case 'reached':
      return [{ state: 'reached', what: 'the collection of its metrics' }];
    case 'unknown':
      return [
        doubt(consumer, `Whether Prometheus reaches ${name}`, answer.decision),
      ];
    case 'cut': {
      const from = nameOfPod(scrapers[0]);
      const port = ports[ports.length - 1];
      const own = isMendable(answer, 'ingress');
      return [
        {
          state: 'cut',
          loss: {
            severity: 'low',
            message: `Nobody sees the metrics of ${name}: it asks to be scraped on port ${asked}, and Prometheus does not get in.`,
            ...refusal(consumer, answer),
            witness: { from, to: name, port, protocol: 'TCP' },
            fix: `Let ${from} reach ${name} on port ${port}, or take the annotation ${SCRAPE} away.`,
            ...(own
              ? {
                  objects: addedPolicy(workload, 'metrics', 'ingress', {
                    peer: peerOf(scrapers[0]),
                    ports: [{ protocol: 'TCP', port }],
                  }),
                }
              : {}),
          },
        },
      ];
    }
    default:
      return [];
  }
}

/** As the operator and the charts label them. Use as `snapshot.derive(scrapersOf)`. */
export function scrapersOf(snapshot: ClusterSnapshot): readonly PodView[] {
  return snapshot.workloads
    .flatMap(({ pods }) => pods)
    .filter(
      ({ labels, spec }) =>
        entryOf(labels, 'app.kubernetes.io/name') === 'prometheus' &&
        // The chart labels its other parts so, too.
        (entryOf(labels, 'app.kubernetes.io/component') ?? 'server') ===
          'server' &&
        !spec.hostNetwork,
    );
}
