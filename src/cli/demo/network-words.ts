/** Objects of the demo's cluster, as far as the network is concerned. */

/** Runs somewhere, as a part of an app. */
export interface Pod {
  readonly metadata: { readonly namespace: string; readonly labels?: { readonly app?: string } };
  readonly status?: { readonly node?: string };
}

/** Who may talk to the pods of an app. */
export interface Policy {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: { readonly allow: readonly string[] };
}

/** An address that a pod always gets: where it comes from is not what the demo is about. */
export function addressOf(name: string): string {
  let hash = 0;
  for (const character of name) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  return `10.${(hash >>> 16) & 255}.${(hash >>> 8) & 255}.${hash & 255}`;
}

/** `/pods/shop/web-1` is `shop/web-1`. */
export function nameOf(key: string): string {
  return key.split('/').slice(2).join('/');
}
