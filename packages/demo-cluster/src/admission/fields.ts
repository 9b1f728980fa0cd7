/** Reading and filling in the fields of objects that are the caller's own copies. */
import { isRecord, listAt } from '../store/apiObject';

export type Fields = Record<string, unknown>;

/** Sets what is not there. */
export function setDefaults(target: Fields, defaults: Fields): void {
  for (const [key, value] of Object.entries(defaults)) {
    if (target[key] === undefined || target[key] === null) {
      target[key] = value;
    }
  }
}

/** The items of a list that are maps. */
export function records(value: unknown, ...path: string[]): Fields[] {
  return listAt(value, ...path).filter(isRecord);
}
