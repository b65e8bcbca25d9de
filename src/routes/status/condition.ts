import type { WantedCondition } from '../routes.ts'
import type { Fault } from '../values/fault.ts'

/** A condition that holds; where nothing is to be said against it its reason is its own name. */
export const holds = (type: string, message: string, reason: string = type): WantedCondition => ({
  type,
  status: 'True',
  reason,
  message,
})

export const fails = (type: string, { reason, message }: Fault): WantedCondition => ({
  type,
  status: 'False',
  reason,
  message,
})

/** It holds, with this message, unless there is a fault. */
export const unless = (type: string, fault: Fault | undefined, message: string): WantedCondition =>
  fault === undefined ? holds(type, message) : fails(type, fault)
