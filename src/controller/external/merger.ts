/** Merges what sources of external configuration want over what handlers want. */
import { ValidationError } from '../../model/errors.js';
import type { ExternalLayers } from './layers.js';
import { compileRules, type MergeFunction, type MergeRule } from './strategy.js';

/** What an {@link ExternalMerger} is made with. */
export interface ExternalMergerOptions {
  /** The names of all sources, the highest precedence first: that one is merged last, over all others. */
  readonly precedence: readonly string[];
  /** How they are merged. Default for keys that no rule fits: `deep`. */
  readonly rules?: readonly MergeRule[] | undefined;
}

/** A source that was left out of a value, because its strategy failed. */
interface MergeFailure {
  readonly source: string;
  readonly error: Error;
}

/** What is wanted, all told. */
export interface MergedValue {
  /** Frozen; undefined: nothing. */
  readonly value: unknown;
  /** The sources that were merged, in that order: the highest precedence last. */
  readonly sources: readonly string[];
  readonly errors: readonly MergeFailure[];
}

/**
 * Merges by declared precedence and strategy. The same layers always give the same value, in whatever order they came about; and what
 * a source wanted leaves no trace when the source does not want it any more.
 */
export class ExternalMerger {
  private readonly ascending: readonly string[];
  private readonly known: ReadonlySet<string>;
  private readonly mergeFor: (key: string) => MergeFunction;
  /** The layers that were looked at last: a resync merges all its keys with the same ones. */
  private checked: ExternalLayers | undefined;

  /** @throws ValidationError when a name is none, or stands twice; or when the rules cannot be. */
  constructor({ precedence, rules = [] }: ExternalMergerOptions) {
    if (!Array.isArray(precedence)) throw illegal('precedence', `${typeof precedence}; give an array of names of sources`);
    this.known = new Set(precedence);
    for (const [index, name] of precedence.entries() as ArrayIterator<[number, unknown]>) {
      const field = `precedence[${index}]`;
      if (typeof name !== 'string' || name === '') throw illegal(field, `${shown(name)}; give the name of a source`);
      if (precedence.indexOf(name) < index) throw illegal(field, `${shown(name)} once more; name each source once`);
    }
    this.ascending = precedence.toReversed();
    this.mergeFor = compileRules(rules);
  }

  /** Whether `source` was declared. What another one says must be refused. */
  knows(source: string): boolean {
    return this.known.has(source);
  }

  /**
   * Merges what the sources want for `key` over `wanted`, the lowest precedence first. A source whose strategy throws is left out of
   * this value, and told in `errors`.
   *
   * @param wanted frozen plain data; undefined: handlers want nothing.
   * @throws ValidationError when `layers` has a source that was not declared.
   */
  merge(key: string, wanted: unknown, layers: ExternalLayers): MergedValue {
    this.checkSources(layers);
    const sources: string[] = [];
    const errors: MergeFailure[] = [];
    let value = wanted;
    for (const source of this.ascending) {
      const external = layers.get(source)?.values.get(key);
      if (external === undefined) continue;
      try {
        value = this.mergeFor(key)(value, external);
        sources.push(source);
      } catch (error) {
        errors.push({ source, error: asError(error) });
      }
    }
    return { value, sources, errors };
  }

  private checkSources(layers: ExternalLayers): void {
    if (layers === this.checked) return;
    const stranger = layers.keys().find((source) => !this.knows(source));
    if (stranger === undefined) {
      this.checked = layers;
      return;
    }
    throw new ValidationError(
      `The source ${JSON.stringify(stranger)} was not declared; it must be one of ${JSON.stringify(this.ascending.toReversed())}.`,
      { field: 'source' },
    );
  }
}

function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error(`A merge strategy threw something that is no error: ${typeof thrown}`, { cause: thrown });
}

function illegal(field: string, complaint: string): ValidationError {
  return new ValidationError(`Illegal option ${field}: it is ${complaint}.`, { field });
}

function shown(given: unknown): string {
  return typeof given === 'string' ? JSON.stringify(given) : given === null ? 'null' : typeof given;
}
