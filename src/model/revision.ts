/**
 * A position in the history of a datastore, as the datastore writes it.
 *
 * Opaque: two revisions can be compared for equality, never for order (Kubernetes API concepts, "Resource versions"); order is
 * something only the datastore knows, and it tells through `compareRevisions` when it can. Never a number: etcd's reach 2⁶³.
 */
export type Revision = string;
