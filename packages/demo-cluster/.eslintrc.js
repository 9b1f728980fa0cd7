const config = require('../../eslint.package')(__dirname);

module.exports = {
  ...config,
  overrides: [
    ...config.overrides,
    {
      // A suite that several test files run: it exports tests, under a name
      // that they give, and what it imports is only there for tests.
      files: ['src/conformance/*.ts'],
      rules: {
        'jest/no-export': 'off',
        'jest/valid-title': ['error', { ignoreTypeOfDescribeName: true }],
        '@backstage/no-undeclared-imports': 'off',
      },
    },
  ],
};
