/** Which names in a folder count: manifests and folders do, what editors and tools leave behind does not. */

/** Whether a file of this name is read. Hidden files, backups (`a.yaml~`) and half-written ones (`a.yaml.tmp`, `4913`) are not. */
export function isManifestName(name: string): boolean {
  return !isHiddenName(name) && /\.(?:ya?ml|json)$/i.test(name);
}

/**
 * Whether files and folders of this name are passed over. The `..data` of a mounted ConfigMap is among them: its files are read through
 * the links that stand beside it.
 */
export function isHiddenName(name: string): boolean {
  return name.startsWith('.');
}
