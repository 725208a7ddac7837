/** Lets objects into an informer's store: transformed once, frozen, and with the key that they came with. */
import { ValidationError } from '../../model/errors.js';
import { freezePlainData } from '../../store/plain-data.js';
import { keyOf, type KeyFunc } from '../keys.js';
import { errorOf } from '../reflector/problems.js';

/** Makes of an object what the store is to hold of it: see `transform` of an informer. */
export type TransformFunc<T> = (object: T) => T;

export interface AdmissionOptions<T> {
  readonly keyFunc: KeyFunc<T>;
  readonly transform: TransformFunc<T> | undefined;
  readonly immutableValues: boolean;
  readonly onFailure: (key: string, error: Error) => void;
}

export class Admission<T> {
  private readonly options: AdmissionOptions<T>;

  constructor(options: AdmissionOptions<T>) {
    this.options = options;
  }

  /**
   * What the store is to hold of `object`; undefined when its transform fails, which is told.
   *
   * @param known what it holds already. It was transformed when it came.
   * @throws ValidationError when the object, which is not transformed, is not plain data.
   */
  admit(key: string, object: T, known: T | undefined): T | undefined {
    if (object === known) return known;
    const { transform, immutableValues, onFailure } = this.options;
    if (transform === undefined) return immutableValues ? object : freezePlainData(object);
    try {
      return this.checked(key, transform(object));
    } catch (error) {
      onFailure(key, errorOf(error));
      return undefined;
    }
  }

  private checked(key: string, transformed: T): T {
    freezePlainData(transformed);
    const itsKey = keyOf(this.options.keyFunc, transformed);
    if (itsKey === key) return transformed;
    throw new ValidationError(
      `The transform gave ${JSON.stringify(key)} the key ${JSON.stringify(itsKey)}: leave alone what the key is made of.`,
      { field: 'transform' },
    );
  }
}
