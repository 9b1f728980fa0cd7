import { AddedClusterSources, AddedControls } from './extensionPoints';
import { mtlsLabelControl, sourceOf } from './testing/TestClusters';

const source = (id: string) => sourceOf(id, () => []);

describe('cluster sources of modules', () => {
  it('come after those of the configuration', () => {
    const added = new AddedClusterSources();
    added.addClusterSource(source('inventory'));
    expect(added.with([source('folders')]).map(({ id }) => id)).toEqual([
      'folders',
      'inventory',
    ]);
  });

  it('may not take an id that is taken', () => {
    const added = new AddedClusterSources();
    added.addClusterSource(source('inventory'));
    expect(() => added.addClusterSource(source('inventory'))).toThrow(
      'There are two cluster sources with the id "inventory"',
    );
    expect(() => added.with([source('inventory')])).toThrow(
      'A module adds a cluster source with the id "inventory", which is taken by one of the configuration',
    );
  });
});

describe('controls of modules', () => {
  it('come after those of the suite', () => {
    const added = new AddedControls();
    added.addControl(mtlsLabelControl);
    expect(added.all().at(-1)).toBe(mtlsLabelControl);
  });

  it('may not take an id that is taken', () => {
    const added = new AddedControls();
    added.addControl(mtlsLabelControl);
    expect(() => added.addControl(mtlsLabelControl)).toThrow(
      'There are two controls with the id "TEST-1"',
    );
  });
});
