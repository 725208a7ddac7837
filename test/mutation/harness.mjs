/** What tests import from `vitest`, as far as ours do: it collects them instead of running them. See runner.mjs. */
import { format } from 'node:util';

/** Shared with runner.mjs, which says what file is being loaded. */
const state = globalThis.heliostatMutation;

export const { expect } = state;

export function describe(name, body) {
  state.path.push(name);
  body();
  state.path.pop();
}

export function it(name, body) {
  const title = [...state.path, name].join(' ');
  const again = state.tests.filter((other) => other.title === title).length;
  const unique = again === 0 ? title : `${title} (${again + 1})`;
  const test = { id: `${state.file}#${unique}`, name: unique, title, file: state.file, finishers: [] };
  test.body = async () => {
    state.current = test;
    await body();
  };
  state.tests.push(test);
}

/** `$name` from an object, `%s` from a list. */
function titleOf(name, row) {
  const values = Array.isArray(row) ? row : [row];
  const filled = name.replaceAll(/\$(\w+)/g, (whole, key) =>
    row !== null && typeof row === 'object' && key in row ? String(row[key]) : whole,
  );
  const places = filled.match(/%[sdifjo]/g)?.length ?? 0;
  return format(
    filled,
    ...values.slice(0, places).map((value) => (typeof value === 'string' ? value : state.chai.util.inspect(value))),
  );
}

const each = (declare) => (rows) => (name, body) => {
  for (const row of rows) declare(titleOf(name, row), () => (Array.isArray(row) ? body(...row) : body(row)));
};
const skip = () => {};
describe.each = each(describe);
it.each = each(it);
for (const declare of [describe, it]) {
  declare.skip = skip;
  declare.runIf = (condition) => (condition ? declare : skip);
  declare.skipIf = (condition) => (condition ? skip : declare);
}

export function onTestFinished(finish) {
  state.current.finishers.push(finish);
}
