import { Condition } from '#api/meta/condition.ts'
import { LabelSelector, LabelSelectorRequirement } from '#api/meta/label-selector.ts'
import { count, limitsOf, type MessageLimits } from '../definition/limits.ts'
import { controllerName } from '../definition/texts.ts'

export const CONDITIONS = { maxItems: 8 }

/** What the definition's own conditions say, and no controller. */
export const WAITING = 'Waiting for controller'

/** Conditions that an object has until its controller has seen it. */
export const waiting = (...types: readonly string[]) =>
  types.map((type) => ({
    type,
    status: 'Unknown',
    reason: 'Pending',
    message: WAITING,
    lastTransitionTime: '1970-01-01T00:00:00Z',
  }))

/** Of what a controller tells of one of several parents of an object: whose word it is, and the word. */
export const told = {
  controllerName: ['The controller that says it.', controllerName],
  conditions: ['What it says.', count(1, 8)],
} as const

/** Of messages that are not of this group alone. */
export const metaLimits: readonly MessageLimits[] = [
  limitsOf(LabelSelector, {
    matchLabels: ['Labels that must be there, with these values.'],
    matchExpressions: ['What else must hold of the labels, all of it.'],
  }),
  limitsOf(LabelSelectorRequirement, {
    key: ['The label.'],
    operator: ['In, NotIn, Exists or DoesNotExist.'],
    values: ['For In and NotIn.'],
  }),
  limitsOf(Condition, {
    type: [
      'What is said.',
      {
        maxLength: 316,
        pattern:
          '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
      },
    ],
    status: ['Whether it is so.', { enum: ['True', 'False', 'Unknown'] }],
    observedGeneration: ['The generation of the object of which it is said.', { minimum: 0 }],
    lastTransitionTime: ['Since when it is so.'],
    reason: ['Why, in a word.', { minLength: 1, maxLength: 1024, pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$' }],
    message: ['Why, for people.', { maxLength: 32_768 }],
  }),
]
