/** A datastore whose operations are recorded, too. */
import type {
  Backend,
  CallOptions,
  DeleteOptions,
  DeleteResult,
  GetOptions,
  Operation,
  TransactionResult,
} from '../../model/client.js';
import type { Key } from '../../model/key.js';
import type { KVPair } from '../../model/kv-pair.js';
import { codeOf, defined, itemOf, type Notebook } from './notebook.js';
import type { CallBeganRecord, CalledOperation, CallReturnedRecord } from './record.js';
import { RecordedClient } from './recorded-client.js';

type Began = Omit<CallBeganRecord, 'kind' | 'seq' | 'at' | 'actor' | 'call'>;
type Returned = Omit<CallReturnedRecord, 'kind' | 'seq' | 'at' | 'actor' | 'call'>;

/** Passes everything through to `inner`, and writes it down under the name of `actor`. */
export class RecordedBackend<V> extends RecordedClient<V, Backend<V>> implements Backend<V> {
  readonly transaction?: (operations: readonly Operation<V>[], options?: CallOptions) => Promise<TransactionResult<V>>;

  constructor(inner: Backend<V>, actor: string, notebook: Notebook) {
    super(inner, actor, notebook);
    if (inner.transaction !== undefined) this.transaction = (...args) => this.transact(...args);
  }

  create(object: KVPair<V>, options?: CallOptions): Promise<KVPair<V>> {
    return this.write('create', object, () => this.inner.create(object, options));
  }

  update(object: KVPair<V>, options?: CallOptions): Promise<KVPair<V>> {
    return this.write('update', object, () => this.inner.update(object, options));
  }

  apply(object: KVPair<V>, options?: CallOptions): Promise<KVPair<V>> {
    return this.write('apply', object, () => this.inner.apply(object, options));
  }

  delete(key: Key, options?: DeleteOptions): Promise<DeleteResult<V>> {
    const operation = calledOperation({ op: 'delete', key, ...options }, this.notebook);
    return this.call({ op: 'delete', operations: [operation] }, () => this.inner.delete(key, options), this.returnedItems);
  }

  get(key: Key, options?: GetOptions): Promise<KVPair<V>> {
    const began = { op: 'get', key, ...defined({ exact: options?.revision }) } as const;
    return this.call(
      began,
      () => this.inner.get(key, options),
      (pair) => ({ items: [itemOf(pair, this.notebook)] }),
    );
  }

  ensureInitialized(options?: CallOptions): Promise<void> {
    return this.inner.ensureInitialized(options);
  }

  clean(options?: CallOptions): Promise<void> {
    return this.call(
      { op: 'clean' },
      () => this.inner.clean(options),
      () => ({ items: [] }),
    );
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.inner[Symbol.asyncDispose]();
  }

  private transact(operations: readonly Operation<V>[], options?: CallOptions): Promise<TransactionResult<V>> {
    const called = operations.map((operation) => calledOperation(operation, this.notebook));
    return this.call(
      { op: 'transaction', operations: called },
      () => this.inner.transaction?.(operations, options) ?? Promise.reject(new TypeError('transaction is not a function')),
      ({ revision, results }) => this.returnedItems({ revision, items: results.flat() }),
    );
  }

  private write(op: 'create' | 'update' | 'apply', object: KVPair<V>, send: () => Promise<KVPair<V>>): Promise<KVPair<V>> {
    const began = { op, operations: [calledOperation({ op, object }, this.notebook)] };
    return this.call(began, send, (pair) => this.returnedItems({ revision: pair.revision, items: [pair] }));
  }

  private readonly returnedItems = ({
    revision,
    items,
  }: {
    revision?: string | undefined;
    items: readonly KVPair<V>[];
  }): Returned => ({
    ...defined({ revision }),
    items: items.map((item) => itemOf(item, this.notebook)),
  });

  private async call<R>(began: Began, send: () => Promise<R>, returned: (result: R) => Returned): Promise<R> {
    const { notebook, actor } = this;
    const call = notebook.nextCall();
    notebook.note(actor, { kind: 'call.began', call, ...began });
    try {
      const result = await send();
      notebook.note(actor, { kind: 'call.returned', call, ...returned(result) });
      return result;
    } catch (error) {
      notebook.note(actor, { kind: 'call.failed', call, code: codeOf(error) });
      throw error;
    }
  }
}

function calledOperation<V>(operation: Operation<V>, notebook: Notebook): CalledOperation {
  if (operation.op === 'delete') {
    const { op, key, revision, uid } = operation;
    return { op, key, ...defined({ expected: revision, expectedUid: uid }) };
  }
  const { op, object } = operation;
  const { key, value, revision, uid, ttl } = object;
  const isConditional = op === 'update';
  return {
    op,
    key,
    hash: notebook.hash(value),
    ...(ttl === undefined ? {} : { expires: true }),
    ...(isConditional ? defined({ expected: revision, expectedUid: uid }) : {}),
  };
}
