import { LATER, type NotHeld } from './not-held.ts'

export const customResources: NotHeld = {
  'refused: crd two storage versions': LATER,
  'gadget with defaults': LATER,
  'gadget pruned': LATER,
  'gadget warn': LATER,
  'refused: gadget required': LATER,
  'refused: gadget maximum, enum, type': LATER,
  'refused: gadget map keys': LATER,
  'status dropped on create': LATER,
  'gadget status': LATER,
  'gadget scale write': LATER,
  'refused: strategic on custom': LATER,
  'gadgets table': LATER,
  'gadgets metadata': LATER,
  'refused: gadgets by other field': LATER,
  'gadgets discovery': LATER,
  'gadgets group': LATER,
  wait: LATER,
  'delete collection of gadgets': LATER,
  'gadgets gone': LATER,
  'delete crd': LATER,
}
