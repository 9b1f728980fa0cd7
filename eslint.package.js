/**
 * ESLint for one package: Backstage's own configuration, and who may import
 * whom. Data flows one way, so do imports: what a package may use of this
 * project is listed here and nowhere else. Tests may use everything.
 */
const { builtinModules } = require('node:module');
const { basename } = require('node:path');
const createConfig = require('@backstage/cli/config/eslint-factory');

const SCOPE = '@backstage-zero-trust';

/** Folder → the project's own packages that its sources may import. */
const MAY_IMPORT = {
  'posture-engine': [],
  'cluster-collector': ['posture-engine'],
  admission: [],
  'posture-cli': ['posture-engine', 'cluster-collector', 'admission'],
  'demo-cluster': ['posture-engine'],
  'test-servers': [],
  'zero-trust-common': ['posture-engine'],
  'zero-trust-node': [
    'posture-engine',
    'cluster-collector',
    'plugin-zero-trust-common',
  ],
  'zero-trust-backend': [
    'posture-engine',
    'cluster-collector',
    'plugin-zero-trust-common',
    'plugin-zero-trust-node',
  ],
  'zero-trust': ['plugin-zero-trust-common'],
  'scaffolder-backend-module-zero-trust': [
    'posture-engine',
    'plugin-zero-trust-common',
  ],
  app: ['plugin-zero-trust'],
  backend: [
    'posture-engine',
    'plugin-zero-trust-backend',
    'plugin-scaffolder-backend-module-zero-trust',
  ],
};

/** Inside the engine, from upstream to downstream: a folder may import those before it. */
const ENGINE_ORDER = [
  ['snapshot'],
  ['selectors', 'manifests'],
  ['decisions'],
  ['mesh', 'network', 'identity', 'secrets', 'workloads'],
  ['joint'],
  ['controls'],
  ['findings'],
  ['fixes'],
];

function engineZones(dir) {
  return ENGINE_ORDER.flatMap((folders, index) => {
    const downstream = ENGINE_ORDER.slice(index + 1).flat();
    return downstream.length === 0
      ? []
      : folders.map(folder => ({
          target: `${dir}/src/${folder}`,
          from: downstream.map(name => `${dir}/src/${name}`),
          message:
            'Data flows one way: nothing upstream knows anything downstream.',
        }));
  });
}

module.exports = function packageConfig(dir) {
  const folder = basename(dir);
  const allowed = MAY_IMPORT[folder];
  if (!allowed) {
    throw new Error(`eslint.package.js does not say what ${folder} may import`);
  }
  const isEngine = folder === 'posture-engine';
  const onlyTypes = folder === 'zero-trust-common';
  return createConfig(dir, {
    rules: {
      'no-console': 'error',
      // Harnesses such as expectFindings expect on behalf of the test.
      'jest/expect-expect': [
        'error',
        { assertFunctionNames: ['expect', 'expect*'] },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      ...(onlyTypes
        ? {
            '@typescript-eslint/no-restricted-imports': [
              'error',
              {
                patterns: [
                  {
                    group: [`${SCOPE}/posture-engine`],
                    allowTypeImports: true,
                    message: 'Only types: browsers load this package.',
                  },
                ],
              },
            ],
          }
        : {}),
    },
    // Without it, import/no-restricted-paths finds no TypeScript file and says nothing.
    settings: { 'import/resolver': { node: { extensions: ['.ts', '.tsx'] } } },
    // With `node:` in front, patterns forbid them.
    restrictedSrcImports: isEngine ? builtinModules : [],
    restrictedImportPatterns: [
      '**/testing/**',
      `${SCOPE}/*`,
      ...allowed.flatMap(name => [
        `!${SCOPE}/${name}`,
        `!${SCOPE}/${name}/alpha`,
      ]),
      // The engine is pure: no I/O, no Node API, no Backstage.
      ...(isEngine ? ['node:*', '@backstage/*', '@kubernetes/*'] : []),
    ],
    overrides: [
      {
        // Harnesses that only tests load are test code, whatever their names.
        files: ['src/testing/**'],
        rules: {
          '@backstage/no-undeclared-imports': 'off',
          'no-restricted-imports': 'off',
        },
      },
      ...(isEngine
        ? [
            {
              files: ['src/**/*.ts'],
              excludedFiles: ['**/*.test.ts', 'src/testing/**'],
              rules: {
                'import/no-restricted-paths': [
                  'error',
                  { zones: engineZones(dir) },
                ],
                'no-restricted-globals': [
                  'error',
                  'process',
                  'Buffer',
                  'setTimeout',
                  'setInterval',
                  'fetch',
                ],
                'no-restricted-properties': [
                  'error',
                  {
                    object: 'Date',
                    property: 'now',
                    message: 'The engine has no clock of its own.',
                  },
                  {
                    object: 'Math',
                    property: 'random',
                    message: 'The same input gives the same findings.',
                  },
                ],
              },
            },
          ]
        : []),
    ],
  });
};
