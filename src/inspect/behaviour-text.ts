/**
 * Guards, actions and values of a chart in words. XState keeps what its combinators and built-in actions are made of as properties of
 * functions that its types do not tell of; they are read here, as unknown values, and nowhere else.
 *
 * A function without a name is told by its source text, which is as stable as the build that made it; a chart whose behaviour is named
 * reads the same from every build.
 */

/** Stands for what is known only when the chart runs. */
const dynamic = '…';

/** Names that a function got from its place in the chart and not from its author. */
const placeNames: ReadonlySet<string> = new Set(['', 'actions', 'entry', 'exit', 'guard', 'guards']);

/** A guard of any kind: `isReady`, `isOver(limit: 3)`, `not isReady`, `(isReady and isOver)`, `in {"a":"b"}`, or its source text. */
export function guardText(guard: unknown): string {
  if (typeof guard !== 'function') return namedText(guard);
  const parts = partOf(guard, 'guards');
  if (Array.isArray(parts)) {
    const texts = parts.map(guardText);
    return guard.name === 'not' ? `not ${texts.join()}` : `(${texts.join(` ${guard.name} `)})`;
  }
  const stateValue = partOf(guard, 'stateValue');
  if (stateValue !== undefined) return `in ${typeof stateValue === 'string' ? stateValue : valueText(stateValue)}`;
  return functionText(guard);
}

/** An action of any kind: `commit`, `commit(limit: 3)`, `raise tick after 100 ms`, or its source text. */
export function actionText(action: unknown): string {
  return typeof action === 'function' ? (builtInText(action) ?? functionText(action)) : namedText(action);
}

/** What the implementation behind a name tells of itself; nothing when only its source text would. */
export function legendText(implementation: unknown): string | undefined {
  if (typeof implementation === 'number') return delayText(implementation);
  if (typeof implementation !== 'function') return implementation === undefined ? undefined : guardText(implementation);
  const isCombined = partOf(implementation, 'guards') !== undefined || partOf(implementation, 'stateValue') !== undefined;
  if (isCombined) return guardText(implementation);
  const isCode = ['xstate.assign', 'xstate.enqueueActions', 'xstate.log'].includes(String(partOf(implementation, 'type')));
  return isCode ? undefined : builtInText(implementation);
}

/** A delay by its name, or by its milliseconds in the largest unit that divides them. */
export function delayText(delay: unknown): string {
  if (typeof delay !== 'number') return typeof delay === 'function' ? sourceText(delay) : String(delay);
  const units = { h: 3_600_000, min: 60_000, s: 1000 };
  const found = Object.entries(units).find(([, size]) => delay >= size && delay % size === 0);
  return found === undefined ? `${delay} ms` : `${delay / found[1]} ${found[0]}`;
}

/** A value as JSON, with `…` for what JSON has no word for. */
export function valueText(value: unknown): string {
  const wordless: ReadonlySet<string> = new Set(['function', 'bigint', 'symbol', 'undefined']);
  try {
    return JSON.stringify(value, (_, part: unknown) => (wordless.has(typeof part) ? dynamic : part)).replaceAll(
      `"${dynamic}"`,
      dynamic,
    );
  } catch {
    return dynamic; // a circle
  }
}

/** What XState's own action creators made, or nothing when somebody else did. */
function builtInText(action: Function): string | undefined {
  const part = (name: string): unknown => partOf(action, name);
  const delay = part('delay') === undefined ? '' : ` after ${delayText(part('delay'))}`;
  switch (part('type')) {
    case 'xstate.raise':
      return `raise ${namedText(part('event'))}${delay}`;
    case 'xstate.sendTo':
      return `send ${namedText(part('event'))} to ${partText(part('to'))}${delay}`;
    case 'xstate.emit':
      return `emit ${namedText(part('event'))}`;
    case 'xstate.cancel':
      return `cancel ${partText(part('sendId'))}`;
    case 'xstate.spawnChild':
      return `spawn ${partText(part('src'))}${part('id') === undefined ? '' : ` as ${partText(part('id'))}`}`;
    case 'xstate.stopChild':
      return `stop ${partText(part('actorRef'))}`;
    case 'xstate.log':
      return `log ${partText(part('label') ?? part('value'))}`;
    case 'xstate.assign':
      return `assign${fieldsText(part('assignment'), sourceText)}`;
    case 'xstate.enqueueActions':
      return `enqueueActions(${partText(part('collect'))})`;
    default:
      return undefined;
  }
}

/** Something with a type and perhaps parameters: a named guard or action, an event. */
function namedText(named: unknown): string {
  if (typeof named === 'string') return named;
  if (typeof named === 'function') return sourceText(named);
  const { type, params, ...fields } = Object(named) as { readonly type?: unknown; readonly params?: unknown };
  const parameters = params === undefined ? (Object.keys(fields).length === 0 ? undefined : fields) : params;
  return `${String(type)}${parameters === undefined ? '' : fieldsText(parameters, () => dynamic)}`;
}

function fieldsText(value: unknown, ofFunction: (code: Function) => string): string {
  const text = (part: unknown): string => (typeof part === 'function' ? ofFunction(part) : valueText(part));
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  const texts = isRecord ? Object.entries(value).map(([name, part]) => `${name}: ${text(part)}`) : [text(value)];
  return `(${texts.join(', ')})`;
}

function partText(part: unknown): string {
  if (typeof part === 'string') return part;
  if (typeof part === 'function') return sourceText(part);
  const id = partOf(part, 'id');
  return typeof id === 'string' ? id : valueText(part);
}

function functionText(code: Function): string {
  return placeNames.has(code.name) ? sourceText(code) : code.name;
}

/** The body of a function that is one expression, or else the whole function, on one line. */
function sourceText(code: Function): string {
  const text = Function.prototype.toString.call(code).replaceAll(/\s+/g, ' ');
  const body = /^(?:\([^()]*\)|\w+) => (?:\{ return (.+?);? \}|(.+))$/.exec(text);
  return body?.[1] ?? body?.[2] ?? text;
}

function partOf(whole: unknown, name: string): unknown {
  return (typeof whole === 'object' && whole !== null) || typeof whole === 'function' ? Reflect.get(whole, name) : undefined;
}
