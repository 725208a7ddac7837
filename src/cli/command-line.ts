/** What the command line says. */
import { parseArgs } from 'node:util';
import { readCheckerIds, type CheckRequest } from './check-command.js';
import type { DemoRequest } from './demo/demo-command.js';
import { CommandError } from './failure.js';
import { sourceSchemes } from './sources.js';
import type { SyncRequest } from './sync-command.js';

/** A command line that is understood. */
export type Command =
  | { readonly name: 'sync'; readonly request: SyncRequest }
  | { readonly name: 'demo'; readonly request: DemoRequest }
  | { readonly name: 'check'; readonly request: CheckRequest }
  | { readonly name: 'help' }
  | { readonly name: 'version' };

/**
 * Reads a command line.
 *
 * @param args what stands behind the name of the command.
 * @param anySeed the seed of a demo that is not given one.
 * @throws CommandError saying what is not understood and what would be.
 */
export function readCommandLine(args: readonly string[], anySeed: number): Command {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || args.includes('--help') || args.includes('-h')) return { name: 'help' };
  if (name === 'version' || name === '--version') return { name: 'version' };
  if (name === 'sync') return { name, request: readSync(rest) };
  if (name === 'demo') return { name, request: readDemo(rest, anySeed) };
  if (name === 'check') return { name, request: readCheck(rest) };
  throw new CommandError(`There is no command ${JSON.stringify(name)}: there are sync, demo, check, help and version.`);
}

function readSync(args: readonly string[]): SyncRequest {
  const { values, positionals } = parse(args, {
    kinds: { type: 'string' },
    output: { type: 'string', default: 'table' },
    once: { type: 'boolean', default: false },
    timeout: { type: 'string', default: '30' },
  });
  const [source, ...others] = positionals;
  if (source === undefined)
    throw new CommandError(`sync needs a source: ${sourceSchemes.map(({ usage: [form] }) => form).join(' or ')}.`);
  if (others.length > 0) throw new CommandError(`sync takes one source, not ${positionals.length}: ${positionals.join(' ')}.`);
  const kinds = values.kinds === undefined ? [] : values.kinds.split(',').map((kind) => kind.trim());
  if (kinds.includes(''))
    throw new CommandError(
      `--kinds takes kinds with commas between them, such as pods,nodes, not ${JSON.stringify(values.kinds)}.`,
    );
  return {
    source,
    kinds: [...new Set(kinds)],
    output: readOutput(values.output),
    once: values.once,
    timeout: readNumber('--timeout', values.timeout) * 1_000,
  };
}

function readDemo(args: readonly string[], anySeed: number): DemoRequest {
  const { values, positionals } = parse(args, {
    seconds: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(anySeed) },
    output: { type: 'string', default: 'table' },
  });
  if (positionals.length > 0) throw new CommandError(`demo takes options only, not ${positionals.join(' ')}.`);
  const seed = readNumber('--seed', values.seed);
  if (!Number.isSafeInteger(seed)) throw new CommandError(`--seed takes a whole number, not ${values.seed}.`);
  return { seconds: readNumber('--seconds', values.seconds), seed, output: readOutput(values.output) };
}

function readCheck(args: readonly string[]): CheckRequest {
  const { values, positionals } = parse(args, { only: { type: 'string' } });
  const [file, ...others] = positionals;
  if (file === undefined) throw new CommandError('check needs a history: a file, or - for standard input.');
  if (others.length > 0) throw new CommandError(`check takes one history, not ${positionals.length}: ${positionals.join(' ')}.`);
  return { file, only: readCheckerIds(values.only) };
}

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

function parse<const O extends Options>(args: readonly string[], options: O) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new CommandError(sentenceOf(error instanceof Error ? error.message : String(error), Object.keys(options)));
  }
}

/** What Node says of an option, without the advice that follows: it is about positional arguments, which no option here is. */
function sentenceOf(message: string, options: readonly string[]): string {
  const [first = message] = message.split(/\.\s/);
  const sentence = first.replace(/\.$/, '');
  return sentence.startsWith('Unknown option')
    ? `${sentence}: there ${options.length === 1 ? 'is' : 'are'} ${options.map((name) => `--${name}`).join(', ')}.`
    : `${sentence}.`;
}

function readOutput(output: string): 'table' | 'ndjson' {
  if (output === 'table' || output === 'ndjson') return output;
  throw new CommandError(`--output is table or ndjson, not ${JSON.stringify(output)}.`);
}

function readNumber(option: string, text: string): number {
  const number = text.trim() === '' ? NaN : Number(text);
  if (Number.isFinite(number) && number >= 0) return number;
  throw new CommandError(`${option} takes a number of at least 0, not ${JSON.stringify(text)}.`);
}
