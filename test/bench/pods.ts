/** Objects of about 1 KB of JSON, as a Kubernetes API server hands them out: always freshly parsed, for one side alone. */
import type { KVPair } from '../../src/index.js';

/** A pod, as far as either side looks into it. */
export interface Pod {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly nodeName: string };
}

const perNamespace = 100;

/** The text of pod `index` as it was written at `revision`. A list comes in the order of keys, which is that of the indexes. */
function podText(index: number, revision: number): string {
  const namespace = `team-${String(Math.floor(index / perNamespace)).padStart(5, '0')}`;
  const app = `service-${index % 40}`;
  const name = `web-${String(index % perNamespace).padStart(2, '0')}-${((index * 2_654_435_761) % 4_294_967_296).toString(36)}`;
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      uid: `8f3c1a52-0b7e-4c1d-9e55-${String(index).padStart(12, '0')}`,
      resourceVersion: String(revision),
      creationTimestamp: '2026-01-05T08:30:00Z',
      labels: { app, tier: index % 2 === 0 ? 'front' : 'back', 'pod-template-hash': `h${index % 977}` },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${app}-rs`, controller: true }],
    },
    spec: {
      nodeName: nodeOf(index),
      serviceAccountName: app,
      restartPolicy: 'Always',
      containers: [
        {
          name: 'main',
          image: `registry.example.com/${app}:${revision}`,
          ports: [{ containerPort: 8080, protocol: 'TCP' }],
          env: [{ name: 'LOG_LEVEL', value: 'info' }],
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
        },
      ],
    },
    status: {
      phase: 'Running',
      podIP: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`,
      startTime: '2026-01-05T08:30:02Z',
      conditions: [
        { type: 'Ready', status: 'True', lastTransitionTime: '2026-01-05T08:30:09Z' },
        { type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-01-05T08:30:01Z' },
      ],
    },
  });
}

/** The node that pod `index` is on. */
export function nodeOf(index: number): string {
  return `node-${index % 500}`;
}

export function parsePod(index: number, revision: number): Pod {
  return JSON.parse(podText(index, revision)) as Pod; // podText wrote it
}

/** The object as a client of a datastore hands it out. */
export function pairOf(pod: Pod): KVPair<Pod> {
  const { namespace, name, resourceVersion, uid } = pod.metadata;
  return { key: `/pods/${namespace}/${name}`, value: pod, revision: resourceVersion, uid };
}

/** The revision of every list. */
export const listRevision = 1_000;

/** The pods of a list, from one index to before another. */
export function listedPods(from: number, to: number): readonly Pod[] {
  return Array.from({ length: to - from }, (_, offset) => parsePod(from + offset, listRevision));
}
