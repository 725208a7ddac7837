/**
 * A small cluster that lives: deployments that are scaled and rolled out, pods that start, fail and go, nodes that report, leases that
 * expire, entries that somebody breaks and mends. Everything is drawn from one source of chance.
 */
import { ResourceDoesNotExistError } from '../../model/errors.js';
import type { Key } from '../../model/key.js';
import type { Operation } from '../../model/client.js';
import type { MemoryDatastore } from '../../memory.js';
import type { Random } from '../../ports/random.js';

const namespaces = ['shop', 'blog', 'kube-system'] as const;
const deployments = ['web', 'api', 'worker', 'cache'] as const;
const nodes = ['node-1', 'node-2', 'node-3'] as const;

/** The kinds of object in the cluster. */
export const clusterKinds = ['nodes', 'deployments', 'pods', 'policies', 'leases'] as const;

export class LivingCluster {
  private readonly datastore: MemoryDatastore;
  private readonly random: Random;
  private readonly broken = new Set<Key>();
  private serial = 0;

  constructor(datastore: MemoryDatastore, random: Random) {
    this.datastore = datastore;
    this.random = random;
  }

  /** Sets the stage. */
  async begin(): Promise<void> {
    for (const node of nodes) await this.reportNode(node);
    for (const namespace of namespaces) for (const name of deployments) await this.scale(namespace, name, 1 + this.draw(3));
    for (const namespace of namespaces) await this.changePolicy(namespace, 'web');
  }

  /** One thing happens. */
  async live(): Promise<void> {
    const chance = this.random.next();
    const namespace = this.pick(namespaces);
    const deployment = this.pick(deployments);
    if (chance < 0.35) return this.changePod();
    if (chance < 0.5) return this.reportNode(this.pick(nodes));
    if (chance < 0.7) return this.scale(namespace, deployment, this.draw(6));
    if (chance < 0.8) return this.rollOut(namespace, deployment);
    if (chance < 0.86) return this.changePolicy(namespace, deployment);
    if (chance < 0.9) return this.takeLease(deployment);
    if (chance < 0.94) return this.breakEntry();
    if (chance < 0.98) return this.mendEntry();
    return this.empty(namespace);
  }

  /** Mends what is broken, so that there is one right picture. */
  async mendAll(): Promise<void> {
    while (this.broken.size > 0) await this.mendEntry();
  }

  private async reportNode(name: string): Promise<void> {
    await this.datastore.apply({ key: `/nodes/${name}`, value: { metadata: { name }, status: { load: this.draw(100) } } });
  }

  private async scale(namespace: string, deployment: string, replicas: number): Promise<void> {
    const key = `/deployments/${namespace}/${deployment}`;
    await this.datastore.apply({ key, value: { metadata: { name: deployment, namespace }, spec: { replicas } } });
    const pods = await this.podsOf(namespace, deployment);
    for (let count = pods.length; count < replicas; count++) await this.datastore.create(this.newPod(namespace, deployment));
    for (const pod of pods.slice(replicas)) await this.datastore.delete(pod);
  }

  /** All pods of a deployment are replaced at one revision. */
  private async rollOut(namespace: string, deployment: string): Promise<void> {
    const pods = await this.podsOf(namespace, deployment);
    if (pods.length === 0) return;
    const gone = pods.map((key): Operation => ({ op: 'delete', key }));
    const fresh = pods.map((): Operation => ({ op: 'create', object: this.newPod(namespace, deployment) }));
    await this.datastore.transaction([...gone, ...fresh]);
  }

  private async changePod(): Promise<void> {
    const { items } = await this.datastore.list({ kind: 'pods' });
    const pod = items[this.draw(items.length)];
    if (pod === undefined) return;
    const phase = this.pick(['Running', 'Running', 'Running', 'Failed']);
    await this.datastore.update({ ...pod, value: { ...(pod.value as object), status: { phase, node: this.pick(nodes) } } });
  }

  /** Who may talk to the pods of a deployment; now and then nobody says so any more. */
  private async changePolicy(namespace: string, name: string): Promise<void> {
    const key = `/policies/${namespace}/${name}`;
    if (this.random.next() < 0.2) return this.drop(key);
    const allow = deployments.filter(() => this.random.next() < 0.5);
    await this.datastore.apply({ key, value: { metadata: { name, namespace }, spec: { allow } } });
  }

  private async takeLease(holder: string): Promise<void> {
    await this.datastore.apply({ key: `/leases/${holder}`, value: { metadata: { name: holder } }, ttl: 1_500 });
  }

  private async breakEntry(): Promise<void> {
    const key = `/deployments/${this.pick(namespaces)}/${this.pick(deployments)}`;
    this.broken.add(key);
    await this.datastore.corrupt(key, '{"spec": {"repl');
  }

  private async mendEntry(): Promise<void> {
    const [key] = this.broken;
    if (key === undefined) return;
    this.broken.delete(key);
    await this.datastore.apply({ key, value: { metadata: { name: key }, spec: { replicas: 0 } } });
  }

  /** Everything that runs in a namespace is deleted at once. */
  private empty(namespace: string): Promise<void> {
    return this.drop(`/pods/${namespace}`);
  }

  private async drop(key: Key): Promise<void> {
    try {
      await this.datastore.delete(key);
    } catch (error) {
      if (!(error instanceof ResourceDoesNotExistError)) throw error; // there was nothing
    }
  }

  private async podsOf(namespace: string, deployment: string): Promise<readonly Key[]> {
    const { items } = await this.datastore.list({ kind: 'pods', namespace, name: `${deployment}-`, prefix: true });
    return items.map(({ key }) => key);
  }

  private newPod(namespace: string, deployment: string): { key: Key; value: unknown } {
    const name = `${deployment}-${(++this.serial).toString(36).padStart(4, '0')}`;
    return {
      key: `/pods/${namespace}/${name}`,
      value: { metadata: { name, namespace, labels: { app: deployment } }, status: { phase: 'Pending' } },
    };
  }

  private draw(below: number): number {
    return Math.floor(this.random.next() * below);
  }

  private pick<T>(from: readonly [T, ...T[]]): T {
    return from[this.draw(from.length)] ?? from[0];
  }
}
