import type { NotHeld } from './not-held.ts'

const RULES = 'rules in CEL are not evaluated yet'

export const customResources: NotHeld = {
  'refused: gadget required': RULES,
  'refused: gadget maximum, enum, type': RULES,
  'gadgets table': RULES,
  'gadgets metadata': RULES,
  'delete collection of gadgets': RULES,
  wait: 'a version that was added is told of at once; Kubernetes takes its time',
}
