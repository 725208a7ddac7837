/** A path such as `/pods/default/web-0`: see key-format.ts. Compare keys with `===`; build them with `formatKey` when a part is not yours. */
export type Key = string;
