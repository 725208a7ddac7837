/** Events as the lines of a log hold them: what they bring; and made again from that. */
import { DBResync } from '../../controller/events/db-resync.js';
import {
  isUpdateEvent,
  type Event,
  type EventMethod,
  type UpdateDirection,
  type UpdateTransactionType,
} from '../../controller/events/event.js';
import { ExternalConfigChange } from '../../controller/events/external-config-change.js';
import { ExternalConfigResync } from '../../controller/events/external-config-resync.js';
import { HealingResync, type HealingResyncType } from '../../controller/events/healing-resync.js';
import { KubeStateChange } from '../../controller/events/kube-state-change.js';
import { Shutdown } from '../../controller/events/shutdown.js';
import { recordOf, type KeyValuePairs } from '../../controller/key-values.js';
import type { ValueReader, ValueWriter } from './identities.js';
import { decode, encode, type Encoded } from './values.js';

/** Encoded values by key. */
type Values = Readonly<Record<string, Encoded>>;

/** What an event brings. One of a class of its own is a plain one in the log: with the members that an event has. */
export type EventData =
  | {
      readonly type: 'DBResync';
      readonly local: boolean;
      readonly kubeState: Readonly<Record<string, Values>>;
      readonly externalConfig?: Values;
    }
  | {
      readonly type: 'KubeStateChange';
      readonly resource: string;
      readonly key: string;
      readonly prevValue?: Encoded;
      readonly newValue?: Encoded;
    }
  | {
      readonly type: 'ExternalConfigChange' | 'ExternalConfigResync';
      readonly source: string;
      readonly values: Values;
      readonly isBlocking: boolean;
      readonly version?: number;
    }
  | { readonly type: 'HealingResync'; readonly healing: HealingResyncType; readonly error?: Encoded }
  | { readonly type: 'Shutdown' }
  | {
      readonly type: 'other';
      readonly name: string;
      readonly method: EventMethod;
      readonly isBlocking: boolean;
      readonly transactionType?: UpdateTransactionType;
      readonly direction?: UpdateDirection;
    };

/** @param event an event that was accepted: what it brings is plain, and frozen. */
export function eventDataOf(event: Event, writer: ValueWriter): EventData {
  const write = (values: KeyValuePairs): Values =>
    recordOf(Object.entries(values).map(([key, value]) => [key, value === undefined ? null : writer.write(value)] as const));
  if (event instanceof DBResync) {
    const { local, kubeState, externalConfig } = event;
    const resources = recordOf(Object.entries(kubeState).map(([resource, values]) => [resource, write(values)] as const));
    return { type: 'DBResync', local, kubeState: resources, ...(externalConfig && { externalConfig: write(externalConfig) }) };
  }
  if (event instanceof KubeStateChange) {
    const { resource, key, prevValue, newValue } = event;
    return {
      type: 'KubeStateChange',
      resource,
      key,
      ...(prevValue === undefined ? {} : { prevValue: writer.write(prevValue) }),
      ...(newValue === undefined ? {} : { newValue: writer.write(newValue) }),
    };
  }
  if (event instanceof ExternalConfigChange || event instanceof ExternalConfigResync) {
    const { source, isBlocking, version } = event;
    const isChange = event instanceof ExternalConfigChange;
    return {
      type: isChange ? 'ExternalConfigChange' : 'ExternalConfigResync',
      source,
      values: write(isChange ? event.updatedKVs : event.externalConfig),
      isBlocking,
      ...(version === undefined ? {} : { version }),
    };
  }
  if (event instanceof HealingResync) {
    return { type: 'HealingResync', healing: event.type, ...(event.error === undefined ? {} : { error: encode(event.error) }) };
  }
  if (event instanceof Shutdown) return { type: 'Shutdown' };
  const { name, method, isBlocking } = event;
  const flow = isUpdateEvent(event) ? { transactionType: event.transactionType, direction: event.direction } : {};
  return { type: 'other', name, method, isBlocking, ...flow };
}

/** The event again. Somebody who waited for it is not there any more. */
export function eventOf(data: EventData, reader: ValueReader): Event {
  const read = (values: Values): KeyValuePairs =>
    recordOf(Object.entries(values).map(([key, value]) => [key, reader.read(value)] as const));
  switch (data.type) {
    case 'DBResync': {
      const kubeState = recordOf(Object.entries(data.kubeState).map(([resource, values]) => [resource, read(values)] as const));
      return new DBResync({ local: data.local, kubeState, externalConfig: data.externalConfig && read(data.externalConfig) });
    }
    case 'KubeStateChange': {
      const { resource, key } = data;
      return new KubeStateChange({ resource, key, prevValue: reader.read(data.prevValue), newValue: reader.read(data.newValue) });
    }
    case 'ExternalConfigChange': {
      const { source, values, isBlocking: blocking, version } = data;
      return new ExternalConfigChange({ source, updatedKVs: read(values), blocking, version });
    }
    case 'ExternalConfigResync': {
      const { source, values, isBlocking: blocking, version } = data;
      return new ExternalConfigResync({ source, externalConfig: read(values), blocking, version });
    }
    case 'HealingResync':
      return new HealingResync({ type: data.healing, error: decode(data.error) as Error | undefined }); // encoded from one
    case 'Shutdown':
      return new Shutdown();
    case 'other': {
      const { type: _, ...members } = data;
      return { ...members, toString: () => members.name, done: () => {} };
    }
  }
}
