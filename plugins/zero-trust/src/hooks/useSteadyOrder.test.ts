import { keepPlaces } from './useSteadyOrder';

describe('keepPlaces', () => {
  const keep = (places: string[], items: string[]) =>
    keepPlaces(places, items, item => item).join('');

  it('takes the given order where nothing was seen before', () => {
    expect(keep([], ['c', 'a', 'b'])).toBe('cab');
  });

  it('leaves known items where they were', () => {
    expect(keep(['a', 'b', 'c'], ['c', 'b', 'a'])).toBe('abc');
  });

  it('puts new items into the places of those that went', () => {
    expect(keep(['a', 'b', 'c'], ['x', 'c', 'a'])).toBe('axc');
  });

  it('puts what is left over at the end', () => {
    expect(keep(['a', 'b'], ['x', 'b', 'y', 'a'])).toBe('abxy');
  });

  it('closes the gaps that nothing fills', () => {
    expect(keep(['a', 'b', 'c'], ['c', 'a'])).toBe('ac');
  });
});
