/**
 * Liveness over a whole graph: which states need not converge.
 *
 * A state converges when it has converged, or when it has a way on and all its ways lead to states that converge (the AF of branching
 * time logic, as its least fixed point). Computed backwards from the converged states, each edge once.
 */

/**
 * The lowest number of a state that need not converge; undefined when all do.
 *
 * @param size the states are 0 to size - 1.
 * @param from where each edge begins.
 * @param to where it ends, in the same order.
 * @param converged the states that have converged.
 */
export function firstNotConverging(size: number, from: Int32Array, to: Int32Array, converged: Int32Array): number | undefined {
  const waysOut = countOf(from, size);
  const { starts, sources } = predecessors(size, from, to);
  const converges = new Uint8Array(size);
  const queue: number[] = [];
  for (const state of converged) {
    converges[state] = 1;
    queue.push(state);
  }
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    for (let index = starts[state] ?? 0; index < (starts[state + 1] ?? 0); index++) {
      const before = sources[index] ?? 0;
      const left = (waysOut[before] ?? 0) - 1;
      waysOut[before] = left;
      if (left > 0 || converges[before] === 1) continue;
      converges[before] = 1;
      queue.push(before);
    }
  }
  const first = converges.indexOf(0);
  return first === -1 ? undefined : first;
}

/** The edges by where they end: those to state `s` begin at `sources[starts[s]]` up to, and not at, `starts[s + 1]`. */
function predecessors(
  size: number,
  from: Int32Array,
  to: Int32Array,
): { readonly starts: Int32Array; readonly sources: Int32Array } {
  const starts = new Int32Array(size + 1);
  for (const state of to) starts[state + 1] = (starts[state + 1] ?? 0) + 1;
  for (let state = 0; state < size; state++) starts[state + 1] = (starts[state + 1] ?? 0) + (starts[state] ?? 0);
  const filled = starts.slice();
  const sources = new Int32Array(to.length);
  for (const [edge, state] of to.entries()) {
    const slot = filled[state] ?? 0;
    sources[slot] = from[edge] ?? 0;
    filled[state] = slot + 1;
  }
  return { starts, sources };
}

function countOf(numbers: Int32Array, size: number): Int32Array {
  const counts = new Int32Array(size);
  for (const number of numbers) counts[number] = (counts[number] ?? 0) + 1;
  return counts;
}
