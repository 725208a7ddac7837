/**
 * The objects that listers know, as far as they read them: objects of any type that has these members will do, such as those of a
 * Kubernetes client. What the types leave open for them is checked when it is read: an object in a store has metadata.
 */

/** Names and values: labels, or the labels that a service or controller selects by. */
export type Names = Readonly<Record<string, string>> | null | undefined;

/** What every object is told from others by, and selected by. */
export interface ListedMetadata {
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly labels?: Names;
}

/** An object that a lister can list. */
export interface ListedObject {
  readonly metadata?: ListedMetadata | undefined;
}

/** A pod (Kubernetes, v1.Pod). */
export interface Pod extends ListedObject {}

/** What is known of one side of a node: `type` is such as `Ready`, `status` is `True`, `False` or `Unknown`. */
export interface NodeCondition {
  readonly type: string;
  readonly status: string;
}

/** A node (Kubernetes, v1.Node). */
export interface Node extends ListedObject {
  readonly status?: { readonly conditions?: readonly NodeCondition[] | null | undefined } | null | undefined;
}

/** What selects pods: by labels that they must carry with exactly these values. */
export interface PodSelecting extends ListedObject {
  readonly spec?: { readonly selector?: Names } | null | undefined;
}

/** A service (Kubernetes, v1.Service). */
export interface Service extends PodSelecting {}

/** A replication controller (Kubernetes, v1.ReplicationController). */
export interface ReplicationController extends PodSelecting {}
