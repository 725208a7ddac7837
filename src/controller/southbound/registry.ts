/** The descriptors of a scheduler: who applies a key, and in which order they are asked what is there. */
import { ValidationError } from '../../model/errors.js';
import type { Descriptor } from './descriptor.js';
import { illegal, mustBeFunction, mustBeText } from './refusals.js';

const required = ['create', 'delete'] as const;
const optional = ['update', 'retrieve', 'validate', 'equals', 'dependencies', 'recreate', 'isRetriable'] as const;

export class DescriptorRegistry {
  /** In the order in which they are retrieved. */
  readonly inRetrieveOrder: readonly Descriptor[];
  /** Longest prefix first. */
  private readonly byLength: readonly Descriptor[];

  /** @throws ValidationError when one is no descriptor, two share a name or a prefix, or they are to be retrieved after each other. */
  constructor(descriptors: readonly Descriptor[]) {
    if (!Array.isArray(descriptors)) throw illegal('descriptors', descriptors, 'an array of descriptors');
    for (const [index, descriptor] of descriptors.entries()) checkDescriptor(`descriptors[${index}]`, descriptor);
    mustDiffer(descriptors, 'name');
    mustDiffer(descriptors, 'prefix');
    this.byLength = descriptors.toSorted((a, b) => b.prefix.length - a.prefix.length);
    this.inRetrieveOrder = inOrder(descriptors);
  }

  /** Who applies `key`: the one with the longest prefix that matches. */
  of(key: string): Descriptor | undefined {
    return this.byLength.find(({ prefix }) => key.startsWith(prefix));
  }
}

function checkDescriptor(field: string, descriptor: Descriptor): void {
  if (typeof descriptor !== 'object' || descriptor === null) throw illegal(field, descriptor, 'a descriptor');
  mustBeText(`${field}.name`, descriptor.name);
  if (typeof descriptor.prefix !== 'string') throw illegal(`${field}.prefix`, descriptor.prefix, 'a text');
  for (const name of required) mustBeFunction(`${field}.${name}`, descriptor[name], 'required');
  for (const name of optional) mustBeFunction(`${field}.${name}`, descriptor[name], 'optional');
}

function mustDiffer(descriptors: readonly Descriptor[], field: 'name' | 'prefix'): void {
  const seen = new Set<string>();
  for (const [index, { [field]: value }] of descriptors.entries()) {
    if (seen.has(value)) throw illegal(`descriptors[${index}].${field}`, value, 'different from that of every other descriptor');
    seen.add(value);
  }
}

/** Those that others come after first; else as they were given. */
function inOrder(descriptors: readonly Descriptor[]): readonly Descriptor[] {
  const byName = new Map(descriptors.map((descriptor) => [descriptor.name, descriptor]));
  const ordered = new Set<Descriptor>();
  const visit = (descriptor: Descriptor, path: readonly string[]): void => {
    if (path.includes(descriptor.name)) {
      const circle = [...path.slice(path.indexOf(descriptor.name)), descriptor.name].join(' > ');
      throw new ValidationError(`Descriptors are to be retrieved after each other: ${circle}.`, { field: 'descriptors' });
    }
    if (ordered.has(descriptor)) return;
    for (const name of descriptor.retrieveAfter ?? []) {
      const other = byName.get(name);
      if (other === undefined) throw illegal(`retrieveAfter of ${descriptor.name}`, name, 'the name of a descriptor');
      visit(other, [...path, descriptor.name]);
    }
    ordered.add(descriptor);
  };
  for (const descriptor of descriptors) visit(descriptor, []);
  return [...ordered];
}
