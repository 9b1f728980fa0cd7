/** The faults that a cluster has at this moment. */
import { namesResource } from '../api/accessRules';
import type { Fault, FaultType } from './fault';

type FaultOf<T extends FaultType> = Extract<Fault, { type: T }>;

export class FaultInjector {
  readonly #active = new Set<Fault>();

  begin(fault: Fault): void {
    this.#active.add(fault);
  }

  end(fault: Fault): void {
    this.#active.delete(fault);
  }

  all(): Fault[] {
    return [...this.#active];
  }

  active<T extends FaultType>(type: T): FaultOf<T>[] {
    return this.all().filter(
      (fault): fault is FaultOf<T> => fault.type === type,
    );
  }

  /** Those of a type that hit requests for a resource; of a path that is none, those that hit everything. */
  hitting<T extends 'slow' | 'cut-watch' | 'malformed'>(
    type: T,
    target: { group: string; resource: string } | undefined,
  ): FaultOf<T>[] {
    return this.active(type).filter(fault => {
      const resources = 'resources' in fault ? fault.resources : undefined;
      return target
        ? namesResource(resources, target)
        : resources === undefined;
    });
  }
}
