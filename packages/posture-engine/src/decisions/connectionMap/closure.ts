/**
 * Who reaches whom in any number of steps: Tarjan's strongly connected
 * components, which come out last destinations first, so that what a component
 * reaches is the union of what the components after it reach.
 */
import { addBits, emptyBits, forEachBit, nextBit } from './bits';

/** How many steps are taken between two pauses. */
const STEPS_AT_ONCE = 2_000;

interface Frame {
  node: number;
  /** Where the search for its next destination goes on. */
  next: number;
}

/** By node: whom it reaches; itself only by a way that leads back. Nodes that reach the same share one set. Yields in between. */
export function* reachableFrom(
  rows: readonly Uint32Array[],
): Generator<undefined, Uint32Array[]> {
  const size = rows.length;
  const reached = new Array<Uint32Array>(size);
  const order = new Int32Array(size).fill(-1);
  const lowest = new Int32Array(size);
  const onStack = new Uint8Array(size);
  const stack: number[] = [];
  let visited = 0;
  let steps = 0;

  const enter = (node: number): Frame => {
    order[node] = visited;
    lowest[node] = visited;
    visited++;
    stack.push(node);
    onStack[node] = 1;
    return { node, next: 0 };
  };

  const leave = (node: number): void => {
    if (lowest[node] !== order[node]) {
      return;
    }
    const members = stack.splice(stack.lastIndexOf(node));
    const direct = emptyBits(size);
    for (const member of members) {
      onStack[member] = 0;
      addBits(direct, rows[member]);
    }
    const all = direct.slice();
    const joined = new Set<Uint32Array | undefined>();
    forEachBit(direct, index => {
      // Members of this component reach nothing yet.
      const beyond = reached[index];
      if (beyond && !joined.has(beyond)) {
        joined.add(beyond);
        addBits(all, beyond);
      }
    });
    for (const member of members) {
      reached[member] = all;
    }
  };

  for (let root = 0; root < size; root++) {
    const frames = order[root] < 0 ? [enter(root)] : [];
    while (frames.length > 0) {
      const frame = frames[frames.length - 1];
      const destination = nextBit(rows[frame.node], frame.next);
      if (destination >= 0) {
        frame.next = destination + 1;
        if (order[destination] < 0) {
          frames.push(enter(destination));
        } else if (onStack[destination]) {
          lowest[frame.node] = Math.min(lowest[frame.node], order[destination]);
        }
      } else {
        frames.pop();
        leave(frame.node);
        const before = frames[frames.length - 1];
        if (before) {
          lowest[before.node] = Math.min(
            lowest[before.node],
            lowest[frame.node],
          );
        }
      }
      if (++steps % STEPS_AT_ONCE === 0) {
        yield;
      }
    }
  }
  return reached;
}
