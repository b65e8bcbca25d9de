import type { Texts } from './named-text.ts'

/**
 * What a port's map says of a path. `http-3;HTTPRoute shop/cart 0`: the slot, and what log and metrics call the rule.
 * `=RULE`: the Lua program does what the rule says. `!DECISION`: it decides which rule. `^HOSTNAME`: the paths of a less
 * specific hostname of the same listener are asked. `~NAME`: the paths that listeners share by that name are asked, the most
 * specific hostname first; `^~NAME/HOSTNAME` is a less specific one of these. `-`: nothing takes it.
 */
export type RouteValue = string

export const NOTHING: RouteValue = '-'
export const slotValue = (slot: string, rule: string): RouteValue => `${slot};${rule}`
export const ruleValue = (rule: string): RouteValue => `=${rule}`
export const decisionValue = (decision: string): RouteValue => `!${decision}`
export const sharedValue = (name: string): RouteValue => `~${name}`
export const hostValue = (pattern: string): RouteValue => `^${pattern}`

/** A value, and all texts that are read on the way from it. */
export interface Led extends Texts {
  readonly value: RouteValue
}
