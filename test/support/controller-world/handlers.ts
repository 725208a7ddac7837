/** Three handlers of the kit: pods become addresses and routes, policies become rules. They fail when they are told to. */
import { createHandler, KubeStateChange, type KitHandler, type KitResync, type KitUpdate } from '../../../src/controller.js';
import { addressOf, routeOf, ruleOf, type Pod, type Policy } from './objects.js';

/** What a handler does before and after its work: nothing, waiting, throwing. */
export type Mood = (handler: string) => Promise<void>;

interface Counted {
  known: Record<string, boolean>;
}

/** Wants one value for each object of one resource. */
function derived(
  { name, resource, dependsOn }: { readonly name: string; readonly resource: string; readonly dependsOn: readonly string[] },
  want: (key: string, value: unknown) => readonly [key: string, value: unknown],
  mood: Mood,
): KitHandler<Counted> {
  const put = ({ state, txn }: Pick<KitResync<Counted>, 'state' | 'txn'>, key: string, value: unknown): void => {
    state.known[`at ${key}`] = true;
    txn.put(...want(key, value));
  };
  const update = async ({ event, state, txn }: KitUpdate<Counted>): Promise<string> => {
    await mood(name);
    if (!(event instanceof KubeStateChange)) return '';
    const { key, newValue, prevValue } = event;
    if (newValue !== undefined) put({ state, txn }, key, newValue);
    else {
      delete state.known[`at ${key}`];
      txn.delete(want(key, prevValue)[0]);
    }
    await mood(name);
    return `${newValue === undefined ? 'without' : 'with'} ${key}`;
  };
  return createHandler<Counted>({
    name,
    dependsOn,
    handles: { resources: [resource] },
    initial: { known: {} },
    async resync({ kubeState, state, txn }) {
      await mood(name);
      for (const [key, value] of Object.entries(kubeState[resource] ?? {})) put({ state, txn }, key, value);
      await mood(name);
    },
    update,
  });
}

// The datastore of the simulation has nothing else there.
const podOf = (value: unknown): Pod => value as Pod;
const policyOf = (value: unknown): Policy => value as Policy;

export function worldHandlers(mood: Mood): readonly KitHandler<Counted>[] {
  const address = (key: string, value: unknown): readonly [string, unknown] => {
    const { address: ip, turn } = podOf(value);
    return [addressOf(key), { address: ip, turn }];
  };
  const route = (key: string, value: unknown): readonly [string, unknown] => {
    const { node, turn } = podOf(value);
    return [routeOf(key), { via: node, turn }];
  };
  const rule = (key: string, value: unknown): readonly [string, unknown] => {
    const { pod, allow, turn } = policyOf(value);
    return [ruleOf(key), { pod, allow, turn }];
  };
  return [
    derived({ name: 'addresses', resource: 'pods', dependsOn: [] }, address, mood),
    derived({ name: 'routes', resource: 'pods', dependsOn: ['addresses'] }, route, mood),
    derived({ name: 'rules', resource: 'policies', dependsOn: ['routes'] }, rule, mood),
  ];
}
