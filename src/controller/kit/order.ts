/** In which order handlers are called: the one they were given in, as far as what they depend on allows. */
import { ValidationError } from '../../model/errors.js';
import type { EventHandler } from '../handler.js';

/**
 * Puts handlers into an order in which each comes after everything that it depends on. At each place stands the first of the given ones
 * whose dependencies all stand before it, so an order that is right already stays as it is.
 *
 * @throws ValidationError when two handlers have one name, when a dependency is not among the handlers, or when handlers depend on each
 * other in a circle, which is named: `routes → addresses → routes`.
 */
export function orderHandlers<H extends EventHandler>(handlers: readonly H[]): readonly H[] {
  const byName = indexByName(handlers);
  for (const { name, dependsOn = [] } of handlers) {
    for (const dependency of dependsOn) if (!byName.has(dependency)) throw unknownDependency(name, dependency, byName);
  }
  const ordered: H[] = [];
  const placed = new Set<string>();
  const waiting = [...handlers];
  while (waiting.length > 0) {
    const next = waiting.findIndex(({ dependsOn = [] }) => dependsOn.every((dependency) => placed.has(dependency)));
    const [handler] = next === -1 ? [] : waiting.splice(next, 1);
    if (handler === undefined) throw circle(waiting);
    ordered.push(handler);
    placed.add(handler.name);
  }
  return ordered;
}

function indexByName(handlers: readonly EventHandler[]): ReadonlyMap<string, number> {
  const byName = new Map<string, number>();
  for (const [index, { name }] of handlers.entries()) {
    const other = byName.get(name);
    if (other !== undefined) {
      throw new ValidationError(
        `Two handlers are called '${name}': number ${other + 1} and number ${index + 1}. Give each a name of its own; problems and ` +
          'dependencies are told by it.',
        { field: `handlers.${index}.name` },
      );
    }
    byName.set(name, index);
  }
  return byName;
}

function unknownDependency(name: string, dependency: string, known: ReadonlyMap<string, number>): ValidationError {
  return new ValidationError(
    `The handler '${name}' depends on '${dependency}', which is not among the handlers (${[...known.keys()].join(', ')}). Add that ` +
      'handler, or correct the name.',
    { field: `handlers.${known.get(name)}.dependsOn` },
  );
}

/** None of `waiting` can be placed: whoever follows the dependencies among them comes back to where he was. */
function circle(waiting: readonly EventHandler[]): ValidationError {
  const among = new Map(waiting.map((handler) => [handler.name, handler]));
  const path: string[] = [];
  let name = waiting[0]?.name ?? '';
  while (!path.includes(name)) {
    path.push(name);
    name = among.get(name)?.dependsOn?.find((dependency) => among.has(dependency)) ?? name;
  }
  const names = [...path.slice(path.indexOf(name)), name];
  return new ValidationError(
    `Handlers depend on each other in a circle: ${names.join(' → ')}. Each must be able to react after all that it depends on; take ` +
      'one of these dependencies away.',
    { field: 'dependsOn' },
  );
}
