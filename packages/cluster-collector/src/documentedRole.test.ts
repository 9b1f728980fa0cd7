/** The page about permissions names what is read, and nothing more. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  KINDS,
  KindDefinition,
  parseManifests,
} from '@backstage-zero-trust/posture-engine';

interface Rule {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
  verbs: string[];
}

const PAGE = join(__dirname, '../../../docs/install-permissions.md');

function documentedRules(): Rule[] {
  const yaml = [
    ...readFileSync(PAGE, 'utf8').matchAll(/^```yaml\n(.*?)^```/gms),
  ];
  return yaml
    .flatMap(([, text]) => parseManifests(text, PAGE).objects)
    .filter(({ object }) => object.kind === 'ClusterRole')
    .flatMap(({ object }) => object.rules as Rule[]);
}

it('the documented roles are what the collector asks for, kind by kind', () => {
  const documented = documentedRules()
    .flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
      apiGroups.flatMap(group =>
        resources.map(
          resource =>
            `${verbs.join(' ')} ${resource}.${group} ${resourceNames ?? ''}`,
        ),
      ),
    )
    .sort();
  const asked = Object.values(KINDS)
    .map((definition: KindDefinition) => {
      const { group, plural, names, metadataOnly } = definition;
      const verbs = metadataOnly ? 'list' : 'list watch';
      return `${verbs} ${plural}.${group} ${names ?? ''}`;
    })
    .sort();
  expect(documented).toEqual(asked);
});
