/** Label selectors as objects of the Kubernetes API carry them (apimachinery, metav1.LabelSelectorAsSelector). */
import { ValidationError } from '../../model/errors.js';
import { checkedSelector, nothing, type LabelSelector, type Labels } from './label-selector.js';
import { isRecord } from './records.js';
import type { LabelOperator, LabelRequirementInput } from './requirement.js';

/** One of `matchExpressions`. `operator` is `In`, `NotIn`, `Exists` or `DoesNotExist`. */
export interface ApiLabelRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[] | null | undefined;
}

/** A label selector as in `spec.selector` of a Deployment: all of both members must hold. */
export interface ApiLabelSelector {
  readonly matchLabels?: Labels | null | undefined;
  readonly matchExpressions?: readonly ApiLabelRequirement[] | null | undefined;
}

const operatorOf: Readonly<Record<string, LabelOperator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!exists' };
const members: ReadonlySet<string> = new Set(['matchLabels', 'matchExpressions']);

/**
 * The label selector that an object of the Kubernetes API describes. One that is absent (null or undefined) selects nothing; one that
 * is empty selects everything.
 *
 * @throws ValidationError when it is no such selector; `field` names the place. A member that is not known is refused: to leave it out
 * would select more than is meant.
 */
export function labelSelectorFromApi(selector: ApiLabelSelector | null | undefined): LabelSelector {
  if (selector === null || selector === undefined) return nothing;
  if (typeof selector !== 'object' || Array.isArray(selector)) throw refuse('selector', 'must be an object, or null for none');
  const stranger = Object.keys(selector).find((name) => !members.has(name));
  if (stranger !== undefined) {
    throw refuse(stranger, 'is not known; there are matchLabels and matchExpressions, and labelSelectorOf for plain labels');
  }
  const { matchLabels, matchExpressions }: { matchLabels?: unknown; matchExpressions?: unknown } = selector;
  return checkedSelector([...labelsIn(matchLabels ?? {}), ...expressionsIn(matchExpressions ?? [])]);
}

interface Source {
  readonly requirement: LabelRequirementInput;
  readonly field: string;
}

function labelsIn(labels: unknown): readonly Source[] {
  if (!isRecord(labels)) throw refuse('matchLabels', 'must be an object of strings');
  return Object.entries(labels).map(([key, value]) => ({
    requirement: { key, operator: '=', values: [value as string] }, // whether it is one is checked with the requirement
    field: `matchLabels.${key}`,
  }));
}

function expressionsIn(expressions: unknown): readonly Source[] {
  if (!Array.isArray(expressions)) throw refuse('matchExpressions', 'must be a list');
  return expressions.map((expression: unknown, index) => {
    const field = `matchExpressions[${index}]`;
    if (typeof expression !== 'object' || expression === null) throw refuse(field, 'must have key, operator and values');
    const { key, operator, values } = expression as ApiLabelRequirement; // its members are checked with the requirement
    const known = Object.hasOwn(operatorOf, operator) ? operatorOf[operator] : undefined;
    if (known === undefined) throw refuse(`${field}.operator`, `must be one of ${Object.keys(operatorOf).join(', ')}`);
    return { requirement: { key, operator: known, values: values ?? [] }, field };
  });
}

function refuse(field: string, reason: string): ValidationError {
  return new ValidationError(`Illegal label selector: ${field} ${reason}.`, { field });
}
