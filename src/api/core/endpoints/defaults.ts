import type { Draft } from '#schema/defaulting.ts'
import type { Endpoints } from './message.ts'

/** Fills in, in place, what a port means that says no protocol. */
export const defaultEndpoints = ({ subsets }: Draft<Endpoints>): void => {
  for (const { ports } of subsets ?? []) for (const port of ports ?? []) port.protocol ||= 'TCP'
}
