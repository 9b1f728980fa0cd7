/** The table of kinds is whole and says nothing twice. */
import { KINDS, KIND_NAMES } from '@backstage-zero-trust/posture-engine';
import { BUILT_IN_KINDS } from './builtInKinds';
import { compareVersions } from './KindRegistry';
import { OPTIONAL_KINDS } from './optionalKinds';
import {
  customResourceDefinitionOf,
  kindOfCustomResourceDefinition,
  resourceName,
} from './servedKind';

const ALL = [...BUILT_IN_KINDS, ...OPTIONAL_KINDS];

describe('kinds', () => {
  it('are each described once', () => {
    const names = ALL.map(resourceName);
    expect(
      names.filter((name, index) => names.indexOf(name) !== index),
    ).toEqual([]);
  });

  it('include every kind that the engine reads, where and in the scope that it asks for', () => {
    const served = new Map(ALL.map(kind => [resourceName(kind), kind]));
    for (const name of KIND_NAMES) {
      const { group, plural, kind, namespaced } = KINDS[name];
      expect(served.get(resourceName({ group, plural }))).toMatchObject({
        kind,
        namespaced,
      });
    }
  });

  it('say the same as the definition that serves them', () => {
    for (const kind of OPTIONAL_KINDS) {
      expect(
        kindOfCustomResourceDefinition(customResourceDefinitionOf(kind)),
      ).toEqual(kind);
    }
  });

  it('prefer v1 to beta to alpha, and the newer of each', () => {
    expect(
      ['v1alpha1', 'v1', 'v1beta2', 'v2', 'v1beta1', 'odd'].sort(
        compareVersions,
      ),
    ).toEqual(['v2', 'v1', 'v1beta2', 'v1beta1', 'v1alpha1', 'odd']);
  });
});
