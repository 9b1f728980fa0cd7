/** For tests: what is in `examples/`, as objects, findings and tables. */
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import {
  CONTROLS,
  ClusterSnapshot,
  Finding,
  KubernetesObject,
  judge,
  parseManifests,
  worstVerdict,
} from '@backstage-zero-trust/posture-engine';

const EXAMPLES = resolve(__dirname, '../../../../../examples');
const COMPANY = join(EXAMPLES, 'company');

/** All files below a folder of the company, by path. */
export function readFolder(folder: string): Map<string, string> {
  const root = join(COMPANY, folder);
  return new Map(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name))
      .sort()
      .map(file => [relative(root, file), readFileSync(file, 'utf8')]),
  );
}

export function readCluster(name: string): KubernetesObject[] {
  return [...readFolder(`clusters/${name}`)].flatMap(([file, text]) => {
    const { objects, problems } = parseManifests(text, file);
    expect(problems).toEqual([]);
    return objects.map(({ object }) => object);
  });
}

export function findingsIn(
  cluster: string,
  objects: readonly KubernetesObject[],
): Finding[] {
  const snapshot = ClusterSnapshot.create({ cluster, objects });
  expect(snapshot.coverage.problems).toEqual([]);
  return judge(snapshot, { controls: CONTROLS });
}

/** The findings of each workload by `namespace/name`. */
export function byWorkload(
  findings: readonly Finding[],
): Map<string, Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const { namespace, name } = finding.subject;
    const key = `${namespace}/${name}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return groups;
}

/** The verdict of a control for a workload: the worst of its ports. */
export function verdictOf(
  findings: readonly Finding[],
  control: string,
): string {
  return worstVerdict(
    findings
      .filter(finding => finding.control === control)
      .map(({ verdict }) => verdict),
  );
}

/** What a control says of a workload, where a question that does not arise is as good as a pass. */
export function outcomeOf(
  findings: readonly Finding[],
  control: string,
): string {
  const verdict = verdictOf(findings, control);
  return ['pass', 'not-applicable'].includes(verdict) ? 'holds' : verdict;
}

/** The namespaces that teams do not write: their tables are about services. */
export const isOfCluster = (workload: string) =>
  workload.startsWith('kube-system/');

/** The rows of the README's table under a heading, as cells without their marks. */
export function readTable(heading: string): string[][] {
  const text = readFileSync(join(EXAMPLES, 'README.md'), 'utf8');
  const section = text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section
    .split('\n')
    .filter(line => line.startsWith('|'))
    .map(line =>
      line
        .split('|')
        .slice(1, -1)
        .map(cell => cell.replace(/[`*]/g, '').trim()),
    );
  return rows.slice(2);
}

export const CLUSTERS = ['prod-eu', 'prod-us', 'legacy-dc'];
