/** Shown on the scaffolder's page of installed actions. */
import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

function example(
  description: string,
  input: Record<string, unknown>,
): TemplateExample {
  return {
    description,
    example: stringify({
      steps: [
        {
          id: 'check',
          name: 'Check that it is zero trust',
          action: 'zero-trust:check',
          input,
        },
      ],
    }),
  };
}

export const examples: TemplateExample[] = [
  example(
    'Publish only what passes every control, in a namespace of a mesh with sidecars',
    { path: 'manifests', dataPlane: 'sidecar' },
  ),
  example(
    'Judge it together with what the platform team has put into the cluster, fetched into the workspace before',
    { path: 'manifests', surroundings: ['platform/baseline'] },
  ),
  example('Stop only at serious findings, and let pass what is unknown', {
    path: 'manifests',
    dataPlane: 'ambient',
    failOn: 'high',
    failOnUnknown: false,
  }),
];
