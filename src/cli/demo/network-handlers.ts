/** The three handlers of the demo: addresses for pods, routes to those that run, rules between apps. */
import { createHandler, KubeStateChange, type EventHandler } from '../../controller.js';
import { addressOf, nameOf, type Pod, type Policy } from './network-words.js';

export function addresses(): EventHandler {
  return createHandler({
    name: 'addresses',
    handles: { resources: ['pods'] },
    initial: {},
    resync({ kubeState, txn }) {
      for (const key of Object.keys(kubeState['pods'] ?? {}))
        txn.put(`/addresses/${nameOf(key)}`, { address: addressOf(nameOf(key)) });
    },
    update({ event, txn }) {
      if (!(event instanceof KubeStateChange)) return '';
      const name = nameOf(event.key);
      if (event.newValue === undefined) txn.delete(`/addresses/${name}`);
      else txn.put(`/addresses/${name}`, { address: addressOf(name) });
      return event.newValue === undefined ? `releases the address of ${name}` : `address of ${name}`;
    },
  });
}

function routeTo(name: string, node: string): object {
  return { to: addressOf(name), via: node };
}

export function routes(): EventHandler {
  return createHandler({
    name: 'routes',
    dependsOn: ['addresses'],
    handles: { resources: ['pods'] },
    initial: {},
    resync({ kubeState, txn }) {
      for (const [key, pod] of Object.entries(kubeState['pods'] ?? {}) as [string, Pod][]) {
        if (pod.status?.node !== undefined) txn.put(`/routes/${nameOf(key)}`, routeTo(nameOf(key), pod.status.node));
      }
    },
    update({ event, txn }) {
      if (!(event instanceof KubeStateChange)) return '';
      const name = nameOf(event.key);
      const node = (event.newValue as Pod | undefined)?.status?.node; // the only kind of object that it asks for
      if (node === undefined) txn.delete(`/routes/${name}`);
      else txn.put(`/routes/${name}`, routeTo(name, node));
      return node === undefined ? `no route to ${name}` : `route to ${name} via ${node}`;
    },
  });
}

/** What the handler of rules knows: the pods of each app, and the policies. */
interface RuleState {
  readonly apps: Record<string, Record<string, true>>;
  readonly policies: Record<string, string[]>;
}

function appOf({ metadata }: Pod): string {
  return `${metadata.namespace}/${metadata.labels?.app ?? ''}`;
}

export function rules(): EventHandler {
  const ruleOf = (state: RuleState, app: string): object | undefined => {
    const allow = state.policies[app];
    const targets = Object.keys(state.apps[app] ?? {}).toSorted();
    return allow === undefined ? undefined : { allow: [...allow], targets: targets.map(addressOf) };
  };
  const learnPod = (state: RuleState, name: string, pod: Pod): void => void ((state.apps[appOf(pod)] ??= {})[name] = true);
  return createHandler<RuleState>({
    name: 'rules',
    dependsOn: ['addresses'],
    handles: { resources: ['pods', 'policies'] },
    initial: { apps: {}, policies: {} },
    resync({ kubeState, state, txn }) {
      Object.assign(state, { apps: {}, policies: {} });
      for (const [key, pod] of Object.entries(kubeState['pods'] ?? {}) as [string, Pod][]) learnPod(state, nameOf(key), pod);
      for (const [key, policy] of Object.entries(kubeState['policies'] ?? {}) as [string, Policy][]) {
        state.policies[nameOf(key)] = [...policy.spec.allow];
        txn.put(`/rules/${nameOf(key)}`, ruleOf(state, nameOf(key)));
      }
    },
    update({ event, state, txn }) {
      if (!(event instanceof KubeStateChange)) return '';
      const name = nameOf(event.key);
      const touched = new Set<string>();
      if (event.resource === 'policies') {
        const policy = event.newValue as Policy | undefined;
        if (policy === undefined) delete state.policies[name];
        else state.policies[name] = [...policy.spec.allow];
        touched.add(name);
      } else {
        const { prevValue, newValue } = event as KubeStateChange<Pod>;
        if (prevValue !== undefined) {
          delete state.apps[appOf(prevValue)]?.[name];
          touched.add(appOf(prevValue));
        }
        if (newValue !== undefined) {
          learnPod(state, name, newValue);
          touched.add(appOf(newValue));
        }
      }
      for (const app of touched) {
        const rule = ruleOf(state, app);
        if (rule !== undefined) txn.put(`/rules/${app}`, rule);
        else if (event.resource === 'policies') txn.delete(`/rules/${app}`);
      }
      return `rules of ${[...touched].join(', ')}`;
    },
  });
}
