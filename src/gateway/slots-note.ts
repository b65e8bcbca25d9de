import { NO_SLOTS, type Slots } from '#dataplane/haproxy/slots.ts'

/** Which slots stand for what, for the driver that comes after this one. */
export const slotsText = ({ pools, taken, left }: Slots): string =>
  `${JSON.stringify({ pools: [...pools], taken: [...taken], left })}\n`

/** What a driver before this one has written; none where it cannot be read. */
export const readSlots = (text: string | undefined): Slots => {
  try {
    const { pools, taken, left } = JSON.parse(text ?? '') as Record<keyof Slots, never>
    const slots: Slots = { pools: new Map<string, number>(pools), taken: new Map<string, string>(taken), left }
    const isRead =
      Array.isArray(left) &&
      isOf(slots.pools, (one) => Number.isInteger(one)) &&
      isOf(slots.taken, (one) => typeof one === 'string')
    return isRead ? slots : NO_SLOTS
  } catch {
    return NO_SLOTS
  }
}

const isOf = (map: ReadonlyMap<unknown, unknown>, isValue: (value: unknown) => boolean): boolean =>
  [...map].every(([key, value]) => typeof key === 'string' && isValue(value))
