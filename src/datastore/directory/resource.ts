/** Which resource a kind belongs to: the first segment of its objects' keys. */

/**
 * The plural of a kind as Kubernetes guesses it where nobody can be asked, with the group of its API behind it if it has one:
 * `Pod` of `v1` is `pods`, `NetworkPolicy` of `networking.k8s.io/v1` is `networkpolicies.networking.k8s.io`.
 */
export function resourceOf(apiVersion: string, kind: string): string {
  const slash = apiVersion.indexOf('/');
  const plural = pluralOf(kind.toLowerCase());
  return slash < 0 ? plural : `${plural}.${apiVersion.slice(0, slash)}`;
}

function pluralOf(singular: string): string {
  if (singular.endsWith('endpoints')) return singular;
  if (singular.endsWith('s')) return `${singular}es`;
  if (singular.endsWith('y')) return `${singular.slice(0, -1)}ies`;
  return `${singular}s`;
}
