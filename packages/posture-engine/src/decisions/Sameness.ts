/** What is the same in two snapshots whose classes have the same ids, because one came of the other. */
import type { Connections } from './Connections';
import type { Member } from './reachRows';
import { saySameRelations } from './relation';
import { DIRECTIONS } from './tier';
import type { EndpointClass } from './endpointClasses';

export class Sameness {
  /** Undefined where relations of the two are not about the same classes. */
  static between(
    before: Connections,
    after: Connections,
  ): Sameness | undefined {
    const same = new Sameness(before, after);
    const { universe } = before;
    return universe.vocabulary === after.universe.vocabulary &&
      universe.nodeClasses.every(node => same.#hasSameRelations(node))
      ? same
      : undefined;
  }

  private constructor(
    private readonly before: Connections,
    private readonly after: Connections,
  ) {}

  /** Whether these are the same pods, of which the same relations say what they may do. */
  holdsFor<G>({
    before,
    after,
  }: {
    before?: Member<G>;
    after?: Member<G>;
  }): boolean {
    return (
      before !== undefined &&
      before.group === after?.group &&
      before.classes.length === after.classes.length &&
      before.classes.every(
        (podClass, index) =>
          podClass.id === after.classes[index].id &&
          this.#hasSameRelations(podClass),
      )
    );
  }

  #hasSameRelations(endpoint: EndpointClass): boolean {
    return DIRECTIONS.every(direction =>
      saySameRelations(
        this.before.relation(endpoint, direction),
        this.after.relation(endpoint, direction),
      ),
    );
  }
}
