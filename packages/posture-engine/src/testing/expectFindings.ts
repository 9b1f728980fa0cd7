/**
 * The harness of the control tests: a test is a short manifest and the exact
 * findings that it must give, so that a test file reads as the control's
 * specification.
 */
import { Control } from '../controls/control';
import { Finding, judge } from '../findings';
import { parseManifests } from '../manifests';
import {
  ClusterSettings,
  ClusterSnapshot,
  Coverage,
  KindCoverage,
  KindName,
} from '../snapshot';
import { recordReads } from './recordReads';

export interface ExpectFindingsOptions {
  control: Control;
  manifests: string;
  /** Kinds that were not simply listed. */
  coverage?: Partial<Record<KindName, KindCoverage>>;
  meshConfig?: Record<string, unknown>;
  /** What else somebody states about the cluster. */
  settings?: Omit<ClusterSettings, 'meshConfig'>;
}

/** The fields of a finding that a test may name; those it leaves out are not compared. */
export type ExpectedFinding = Partial<Finding> &
  Pick<Finding, 'verdict'> & {
    /** `Deployment shop/orders`, with `:8080` or `:*` for a port. */
    of: string;
  };

/** Judges the manifests by one control; throws where the manifests cannot be read. */
export function findingsOf(options: ExpectFindingsOptions): Finding[] {
  const { objects, problems } = parseManifests(options.manifests, 'test.yaml');
  if (problems.length > 0) {
    throw new Error(JSON.stringify(problems));
  }
  const snapshot = ClusterSnapshot.create({
    cluster: 'test',
    observedAt: '2026-06-01T00:00:00Z',
    objects: objects.map(({ object }) => object),
    coverage: found =>
      Coverage.create(
        { ...Coverage.complete().kinds, ...options.coverage },
        found,
      ),
    settings: {
      ...options.settings,
      ...(options.meshConfig ? { meshConfig: options.meshConfig } : {}),
    },
  });
  const { control } = options;
  const allowed = new Set<KindName>([
    'ConfigMap', // the mesh's configuration: all may read it
    ...control.needs.map(({ kind }) => kind),
  ]);
  const unnamed = new Set<KindName>();
  const watched: Control = {
    ...control,
    evaluate: (workload, seen) =>
      control.evaluate(
        workload,
        recordReads(seen, kind => {
          if (!allowed.has(kind)) {
            unnamed.add(kind);
          }
        }),
      ),
  };
  const findings = judge(snapshot, { controls: [watched] });
  if (unnamed.size > 0) {
    throw new Error(
      `${control.id} reads ${[...unnamed].join(
        ', ',
      )} and does not name them among its needs`,
    );
  }
  return findings;
}

/** Exactly these findings, in order, each compared in the fields that are given. */
export function expectFindings(
  options: ExpectFindingsOptions,
  expected: ExpectedFinding[],
): void {
  const actual = findingsOf(options).map(finding => ({
    ...finding,
    of: nameOf(finding),
  }));
  expect(actual).toEqual(
    expected.map(finding => expect.objectContaining(finding)),
  );
}

function nameOf({ subject }: Finding): string {
  const port =
    subject.port === undefined
      ? ''
      : `:${subject.port === null ? '*' : subject.port}`;
  return `${subject.kind} ${subject.namespace}/${subject.name}${port}`;
}
