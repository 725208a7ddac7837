/** Which objects are meant, by their labels (apimachinery, labels.Selector). */
import { ValidationError } from '../../model/errors.js';
import { isRecord } from './records.js';
import {
  canonicalRequirement,
  compareRequirements,
  faultOfRequirement,
  printRequirement,
  testOf,
  type LabelRequirement,
  type LabelRequirementInput,
} from './requirement.js';
import { quoteStart } from './syntax-error.js';

/** The labels of an object. Any own property is a label, whatever its name. */
export type Labels = Readonly<Record<string, string>>;

/** A selection by labels: all of its requirements must hold. It never changes. */
export interface LabelSelector {
  /** In order, each once: two selectors that were made from the same requirements have equal ones. None: everything is selected. */
  readonly requirements: readonly LabelRequirement[];
  /** Whether an object with these labels is selected. No labels at all are the same as `{}`. */
  matches(labels: Labels | null | undefined): boolean;
  /**
   * The selector as text, by which a server knows it too: the same for the same requirements, however they were ordered, repeated, or
   * written (with `=` or `==`). `parseLabelSelector` makes an equal selector of it.
   */
  toString(): string;
}

/** Selects every object, labelled or not. Its text is empty. */
export const everything: LabelSelector = selectorOf([]);

/**
 * Selects no object. Its requirements contradict each other, so that its text, too, selects nothing wherever it is sent; an empty text
 * would select everything.
 */
export const nothing: LabelSelector = selectorOf([
  { key: 'nothing', operator: 'exists' },
  { key: 'nothing', operator: '!exists' },
]);

/**
 * A selector from labels that an object must carry with exactly these values, or from a list of requirements. Without any it selects
 * everything. To restrict a selector further, make one of its requirements and more.
 *
 * @throws ValidationError when a requirement is none, or when a key or value could never be a label; `field` names the place.
 * @example
 * ```ts
 * import { labelSelectorOf } from 'heliostat/cache';
 * const web = labelSelectorOf({ app: 'web' });
 * const outside = labelSelectorOf([{ key: 'tier', operator: 'notin', values: ['cache', 'db'] }]);
 * console.log(web.matches({ app: 'web', tier: 'db' }), outside.toString()); // true tier notin (cache,db)
 * ```
 */
export function labelSelectorOf(selection: Labels | readonly LabelRequirementInput[]): LabelSelector {
  if (isList(selection)) {
    return checkedSelector(selection.map((requirement, index) => ({ requirement, field: `requirements[${index}]` })));
  }
  if (!isRecord(selection)) {
    throw new ValidationError('A label selector is made of an object of labels, or of a list of requirements.', {
      field: 'selection',
    });
  }
  return checkedSelector(
    Object.entries(selection).map(([key, value]) => ({
      requirement: { key, operator: '=', values: [value] },
      field: `labels.${key}`,
    })),
  );
}

/**
 * A selector from requirements, each with the place it is from.
 *
 * @internal
 */
export function checkedSelector(
  sources: readonly { readonly requirement: LabelRequirementInput; readonly field: string }[],
): LabelSelector {
  for (const { requirement, field } of sources) {
    const given: unknown = requirement;
    if (typeof given !== 'object' || given === null) {
      throw new ValidationError(`The requirement ${field} must be an object with a key, an operator and values.`, { field });
    }
    const fault = faultOfRequirement(requirement);
    if (fault === undefined) continue;
    const place = `${field}.${fault.place}`;
    throw new ValidationError(`Illegal label requirement: ${place} is ${shown(fault.found)}, expected ${fault.expected}.`, {
      field: place,
    });
  }
  return selectorOf(sources.map(({ requirement }) => requirement));
}

/**
 * A selector from requirements that are known to be right.
 *
 * @internal
 */
export function selectorOf(given: readonly LabelRequirementInput[]): LabelSelector {
  const requirements = given.map(canonicalRequirement).toSorted(compareRequirements).filter(isFirstOfItsKind);
  const tests = requirements.map((requirement) => ({ key: requirement.key, holds: testOf(requirement) }));
  const text = requirements.map(printRequirement).join(',');
  return Object.freeze({
    requirements: Object.freeze(requirements),
    // Labels like "constructor" are legal: only what is the object's own counts.
    matches: (labels) => tests.every(({ key, holds }) => holds(labels && Object.hasOwn(labels, key) ? labels[key] : undefined)),
    toString: () => text,
  } satisfies LabelSelector);
}

/** Among requirements that are in order. */
function isFirstOfItsKind(requirement: LabelRequirement, place: number, all: readonly LabelRequirement[]): boolean {
  const before = all[place - 1];
  return before === undefined || compareRequirements(before, requirement) !== 0;
}

function isList(selection: Labels | readonly LabelRequirementInput[]): selection is readonly LabelRequirementInput[] {
  return Array.isArray(selection);
}

function shown(value: unknown): string {
  if (typeof value === 'string') return quoteStart(value);
  return Array.isArray(value) ? `a list of ${value.length}` : value === null ? 'null' : `of type ${typeof value}`;
}
