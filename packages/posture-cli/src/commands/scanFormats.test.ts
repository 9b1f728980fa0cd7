import { XMLParser } from 'fast-xml-parser';
import type { Log } from 'sarif';
import {
  PRIVILEGED_POD,
  RESTRICTED_DEPLOYMENT,
  documents,
} from '../testing/manifests';
import { runCommand, temporaryFolder } from '../testing/runCommand';

const files = temporaryFolder();
const both = files.write(
  'deploy/all of it.yaml',
  documents(RESTRICTED_DEPLOYMENT, PRIVILEGED_POD),
);
const exempt = files.write(
  'exemptions.yaml',
  `
- control: WL-1
  subject: { kind: Pod, name: agent }
  reason: reads <logs> & "more"
  owner: a
  approver: board
  expires: 2027-01-31
`,
);

/** The line, from 1, of the first that contains a text. */
function lineOf(text: string, part: string): number {
  return text.split('\n').findIndex(line => line.includes(part)) + 1;
}

describe('scan --format sarif', () => {
  async function scan(args: readonly string[], stdin?: string): Promise<Log> {
    const { stdout } = await runCommand(
      ['scan', ...args, '--format', 'sarif'],
      stdin === undefined ? {} : { stdin },
    );
    return JSON.parse(stdout);
  }

  it('points each failure at the line of its evidence, the same for the same input', async () => {
    const log = await scan([both, '--control', 'WL-1']);
    expect(log).toEqual(await scan([both, '--control', 'WL-1']));
    const [{ tool, results = [] }] = log.runs;
    expect(tool.driver.rules?.map(({ id }) => id)).toEqual(['WL-1']);
    expect(results).toHaveLength(1);
    const [failure] = results;
    expect(failure).toMatchObject({
      ruleId: 'WL-1',
      ruleIndex: 0,
      level: 'error',
      locations: [
        { logicalLocations: [{ fullyQualifiedName: 'platform/Pod/agent' }] },
      ],
    });
    const places = [
      ...(failure.locations ?? []),
      ...(failure.relatedLocations ?? []),
    ].map(({ physicalLocation }) => physicalLocation);
    expect(places.map(place => place?.artifactLocation?.uri)).toContain(
      encodeURI(both),
    );
    expect(places.map(place => place?.region?.startLine)).toContain(
      lineOf(
        documents(RESTRICTED_DEPLOYMENT, PRIVILEGED_POD),
        'privileged: true',
      ),
    );
  });

  it('finds the lines of what stands in a List', async () => {
    const list = `apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Pod
    metadata: { name: one, namespace: shop }
    spec:
      containers: [{ name: app, image: app }]
  - apiVersion: v1
    kind: Pod
    metadata:
      name: two
      namespace: shop
    spec:
      hostNetwork: true
      containers: [{ name: app, image: app }]
`;
    const log = await scan([
      files.write('list.yaml', list),
      '--control',
      'WL-1',
    ]);
    const failure = log.runs[0].results?.find(({ locations }) =>
      locations?.[0].logicalLocations?.[0].fullyQualifiedName?.endsWith('two'),
    );
    const lines = [
      ...(failure?.locations ?? []),
      ...(failure?.relatedLocations ?? []),
    ].map(({ physicalLocation }) => physicalLocation?.region?.startLine);
    expect(lines).toContain(lineOf(list, 'hostNetwork'));
  });

  it('keeps what is exempt as suppressed, and what could not be judged as a notification', async () => {
    const log = await scan([
      both,
      ...['--control', 'WL-1', '--control', 'NW-4'],
      ...['--exemptions', exempt],
    ]);
    const [{ results, invocations }] = log.runs;
    expect(results?.map(({ suppressions }) => suppressions)).toEqual([
      [
        {
          kind: 'external',
          status: 'accepted',
          justification:
            'reads <logs> & "more" (approved by board, until 2027-01-31)',
        },
      ],
    ]);
    const told = invocations?.[0].toolExecutionNotifications ?? [];
    expect(
      told.map(({ associatedRule }) => associatedRule?.id ?? 'coverage'),
    ).toContain('NW-4');
  });

  it('names the object, without a line, of what came by standard input', async () => {
    const log = await scan(['-', '--control', 'WL-1'], PRIVILEGED_POD);
    const place = log.runs[0].results?.[0].locations?.[0].physicalLocation;
    expect(place).toEqual({ artifactLocation: { uri: 'standard%20input' } });
  });
});

describe('scan --format junit', () => {
  it('is a suite for each workload, and each control a test case that failed, could not be told, or was skipped', async () => {
    const { code, stdout } = await runCommand([
      'scan',
      both,
      ...['--control', 'WL-1', '--control', 'NW-4'],
      ...['--format', 'junit'],
    ]);
    expect(code).toBe(1);
    const { testsuites } = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: '',
    }).parse(stdout);
    expect(testsuites).toMatchObject({
      name: 'zero-trust',
      tests: '4',
      failures: '1',
      errors: '2',
      skipped: '0',
    });
    expect(testsuites.testsuite).toMatchObject([
      {
        name: 'platform/Pod/agent',
        testcase: [
          { error: { type: 'unknown' } },
          {
            name: 'WL-1 Pods meet the restricted standard',
            failure: {
              type: 'critical',
              '#text': expect.stringContaining('To repair: '),
            },
          },
        ],
      },
      { name: 'shop/Deployment/orders', failures: '0' },
    ]);
  });

  it('escapes what people write', async () => {
    const { code, stdout } = await runCommand([
      'scan',
      both,
      ...['--control', 'WL-1', '--exemptions', exempt, '--format', 'junit'],
    ]);
    expect(code).toBe(0);
    const { testsuites } = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: '',
    }).parse(stdout);
    expect(testsuites.testsuite[0].testcase.skipped.message).toBe(
      'exempt: reads <logs> & "more"',
    );
  });
});

describe('scan --format html', () => {
  it('is one page that says what fails and why, and in which nothing that people wrote is markup', async () => {
    const { code, stdout } = await runCommand([
      'scan',
      both,
      ...['--control', 'WL-1', '--exemptions', exempt, '--format', 'html'],
    ]);
    expect(code).toBe(0);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'As of 2026-06-01 00:00 UTC. 2 workloads, 2 of 2',
    );
    expect(stdout).toContain('reads &lt;logs&gt; &amp; &quot;more&quot;');
    expect(stdout).not.toContain('<logs>');
    expect(stdout).not.toMatch(/<script|https?:|src=|href=/);
  });
});
