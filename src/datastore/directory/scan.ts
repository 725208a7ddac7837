/** Looks at a tree, reads what has changed, and remembers what all files declare. */
import type { Clock } from '../../ports/clock.js';
import type { Folder } from './folder.js';
import type { Flaw } from './declaration.js';
import type { FileRecord } from './file-record.js';
import { restlessFile, tooMany, unreadableFolder } from './flaws.js';
import { drawPicture, type Picture } from './picture.js';
import { FileReader, type FolderLimits } from './file-reader.js';
import { Settling } from './settling.js';
import type { Tree } from './walk.js';

/** What came out of a look. */
export interface Look {
  /** Undefined when it is the same as before. */
  readonly picture: Picture | undefined;
  /** Whether everything that is there has been taken in, but for what does not hold still. */
  readonly isSettled: boolean;
  /** When to look again at the latest, by the clock's `now`. */
  readonly lookAgainAt: number;
}

/** Reads at a time. */
const concurrency = 16;

export class Scan {
  private readonly records = new Map<string, FileRecord>();
  private readonly settling: Settling;
  private readonly reader: FileReader;
  private readonly clock: Clock;
  private readonly limits: FolderLimits;
  private readonly settle: number;
  private isFirst = true;
  private flawsBefore = '';

  constructor(folder: Folder, clock: Clock, settle: number, limits: FolderLimits) {
    this.reader = new FileReader(folder, clock, limits);
    this.clock = clock;
    this.limits = limits;
    this.settle = settle;
    this.settling = new Settling(settle);
  }

  /** Decides for one walk which manifests are looked at: those that are known, and as many more as there is room for. */
  admission(): (path: string) => boolean {
    let room = this.limits.maxFiles - this.records.size;
    return (path) => this.records.has(path) || room-- > 0;
  }

  /** The folder is gone: what was seen in it and not taken yet says nothing about the one that will come. */
  interrupt(): void {
    this.settling.clear();
    this.isFirst = false;
  }

  /** Takes in a tree. The very first one is taken as it is; from then on, changes must hold still. */
  async look(tree: Tree): Promise<Look> {
    const now = this.clock.now();
    const verdict = this.settling.look(this.differences(tree), now, this.isFirst ? 0 : undefined);
    this.isFirst = false;
    const due = [...verdict.due, ...this.suspects(tree, now)];
    const taken = await this.takeAll(due, tree);
    const left = due.filter((path) => !taken.has(path));
    const restless = [...verdict.restless, ...left.filter((path) => this.settling.isOverdue(path, now))];
    return {
      picture: this.draw(taken.size > 0, [...this.flawsOf(tree), ...restless.map(restlessFile)]),
      isSettled: verdict.isSettled && left.length === 0,
      lookAgainAt: Math.min(left.length === 0 ? verdict.lookAgainAt : now + this.settle, this.nextSuspicion(now)),
    };
  }

  /** What is different from what is known. What may lie in a folder that was not listed is taken to be as it was. */
  private differences({ manifests, unreadable, refusedFolders }: Tree): ReadonlyMap<string, string | undefined> {
    const changed = new Map<string, string | undefined>();
    for (const [path, { version }] of manifests) if (this.records.get(path)?.version !== version) changed.set(path, version);
    const hidden = [...unreadable.keys()].map((path) => `${path}/`);
    for (const path of refusedFolders === 0 ? this.records.keys() : []) {
      if (!manifests.has(path) && !hidden.some((folder) => path.startsWith(folder))) changed.set(path, undefined);
    }
    return changed;
  }

  /** Files that seem unchanged and must be read once more. */
  private suspects({ manifests }: Tree, now: number): readonly string[] {
    return [...this.records]
      .filter(
        ([path, { recheckAt, version }]) => recheckAt !== undefined && recheckAt <= now && manifests.get(path)?.version === version,
      )
      .map(([path]) => path);
  }

  private nextSuspicion(now: number): number {
    let next = Infinity;
    for (const { recheckAt = Infinity } of this.records.values()) if (recheckAt > now) next = Math.min(next, recheckAt);
    return next;
  }

  /** Takes what has not changed meanwhile, all at one moment, and tells what it was. */
  private async takeAll(paths: readonly string[], tree: Tree): Promise<ReadonlySet<string>> {
    const moved = this.recordsOfGone(tree);
    const taken = new Map<string, FileRecord | undefined>();
    const rest = paths.values(); // shared: each worker takes the next
    const work = async (): Promise<void> => {
      for (const path of rest) {
        const sighting = tree.manifests.get(path);
        if (sighting === undefined) taken.set(path, undefined);
        else {
          const substance = 'state' in sighting ? sighting.state.substance : '';
          const record = await this.reader.read(path, sighting, this.records.get(path) ?? moved.get(substance));
          if (record !== undefined) taken.set(path, record);
        }
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    for (const [path, record] of taken) {
      this.settling.take(path);
      if (record === undefined) this.records.delete(path);
      else this.records.set(path, record);
    }
    return new Set(taken.keys());
  }

  /** A file that cannot be read keeps what it declared, also when it is moved. */
  private recordsOfGone({ manifests }: Tree): ReadonlyMap<string, FileRecord> {
    const gone = new Map<string, FileRecord>();
    for (const [path, record] of this.records) {
      if (record.substance !== undefined && !manifests.has(path)) gone.set(record.substance, record);
    }
    return gone;
  }

  private draw(isChanged: boolean, flaws: readonly Flaw[]): Picture | undefined {
    const summary = flaws.map(({ rawKey, reason }) => `${rawKey}: ${reason}`).join('\n');
    if (!isChanged && summary === this.flawsBefore) return undefined;
    this.flawsBefore = summary;
    return drawPicture(this.records, flaws);
  }

  private flawsOf(tree: Tree): readonly Flaw[] {
    const flaws = [...tree.unreadable].map(([path, cause]) => unreadableFolder(path, cause));
    return tree.refused + tree.refusedFolders === 0 ? flaws : [...flaws, tooMany(tree, this.limits)];
  }
}
