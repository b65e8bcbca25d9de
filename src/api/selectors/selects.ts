import type { LabelSelector } from '../meta-v1.ts'
import { type LabelRequirement, type Labels, matchesLabels, requirementsOf } from './label-selector.ts'
import { SelectorError } from './selector-error.ts'

/** Selectors are read once: an object of the cache never changes. `null`: malformed, and selects nothing. */
const read = new WeakMap<LabelSelector, readonly LabelRequirement[] | null>()

const requirements = (selector: LabelSelector): readonly LabelRequirement[] | null => {
  const known = read.get(selector)
  if (known !== undefined) return known
  try {
    const found = requirementsOf(selector) ?? null
    read.set(selector, found)
    return found
  } catch (error) {
    // A later version's operator, or an object from before the check: selecting nothing is the safe reading.
    if (!(error instanceof SelectorError)) throw error
    read.set(selector, null)
    return null
  }
}

/** An absent selector selects nothing, an empty one everything (meta/v1 LabelSelector). */
export const selects = (selector: LabelSelector | undefined, labels: Labels | undefined): boolean => {
  const conditions = selector && requirements(selector)
  return conditions ? matchesLabels(conditions, labels) : false
}

/**
 * A plain map as Services have it: every pair must be there; an empty map selects nothing, since a Service without a
 * selector picks no pods.
 */
export const matchesMap = (selector: Labels | undefined, labels: Labels = {}): boolean => {
  const pairs = Object.entries(selector ?? {})
  return pairs.length > 0 && pairs.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)
}
