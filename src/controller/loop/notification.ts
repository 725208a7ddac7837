/** What a southbound tells unasked. */
import type { SouthboundEvent } from '../southbound/port.js';

/** What a southbound tells, looked at before it is believed; undefined: nonsense. */
export function notificationOf(told: unknown): SouthboundEvent | undefined {
  const { type, report } = (told ?? {}) as Partial<Extract<SouthboundEvent, { readonly type: 'value' }>>; // from outside
  if ((type as unknown) === 'restored') return { type: 'restored' };
  return type === 'value' && typeof report?.key === 'string' ? { type, report } : undefined;
}
