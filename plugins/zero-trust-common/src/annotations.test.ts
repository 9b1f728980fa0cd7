import { namesWorkloads } from './annotations';
import { entityChannel } from './signals';

const entity = (annotations?: Record<string, string>) => ({
  metadata: { annotations },
});

describe('namesWorkloads', () => {
  it('holds for an id and for a label selector, not for a namespace alone', () => {
    expect(
      namesWorkloads(entity({ 'backstage.io/kubernetes-id': 'orders' })),
    ).toBe(true);
    expect(
      namesWorkloads(
        entity({ 'backstage.io/kubernetes-label-selector': 'app=orders' }),
      ),
    ).toBe(true);
    expect(
      namesWorkloads(entity({ 'backstage.io/kubernetes-namespace': 'shop' })),
    ).toBe(false);
    expect(namesWorkloads(entity())).toBe(false);
  });
});

describe('entityChannel', () => {
  it('is the same however the reference is written', () => {
    expect(entityChannel('Component:Default/Orders')).toBe(
      entityChannel('component:default/orders'),
    );
  });
});
