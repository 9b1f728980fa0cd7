/** Whether two states of an object differ in what counts. */
import { ApiObject, isRecord } from './apiObject';

/** Keys in one order at every depth, so that the texts of equal values are equal. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

/** Whether two JSON values are equal; a field that is undefined is not there. */
function same(left: unknown, right: unknown): boolean {
  if (left === right) {
    return true;
  }
  if (Array.isArray(left) || Array.isArray(right)) {
    return (
      Array.isArray(left) &&
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => same(item, right[index]))
    );
  }
  if (!isRecord(left) || !isRecord(right)) {
    return false;
  }
  const covers = (from: Record<string, unknown>, to: Record<string, unknown>) =>
    Object.keys(from).every(
      key => from[key] === undefined || to[key] !== undefined,
    );
  return (
    covers(right, left) &&
    covers(left, right) &&
    Object.keys(left).every(key => same(left[key], right[key]))
  );
}

/** What `generation` counts: everything but metadata and status. */
export function sameContent(left: ApiObject, right: ApiObject): boolean {
  const content = ({ metadata, status, ...rest }: ApiObject) => rest;
  return same(content(left), content(right));
}

/** A write that changes nothing makes no new version and no event; when a field was set is not a change. */
export function unchanged(previous: ApiObject, object: ApiObject): boolean {
  const bare = (value: ApiObject) => {
    const { managedFields, resourceVersion, ...metadata } = value.metadata;
    const owners = (managedFields ?? []).map(({ time, ...entry }) => entry);
    return { ...value, metadata: { ...metadata, owners } };
  };
  return same(bare(previous), bare(object));
}
