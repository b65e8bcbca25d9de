import { count, limitsOf, type MessageLimits } from '../definition/limits.ts'
import * as texts from '../definition/texts.ts'
import { ReferenceGrant, ReferenceGrantFrom, ReferenceGrantSpec, ReferenceGrantTo } from './message.ts'

const aKind = {
  group: ['The group of the kind; empty for the core group.', texts.group],
  kind: ['The kind.', texts.kind],
} as const

export const referenceGrantLimits: readonly MessageLimits[] = [
  limitsOf(ReferenceGrant, { spec: ['Who of other namespaces may refer to what of this one.'] }),
  limitsOf(ReferenceGrantSpec, {
    from: ['Who may; any of them.', count(1, 16)],
    to: ['What they may refer to; any of it.', count(1, 16)],
  }),
  limitsOf(ReferenceGrantFrom, { ...aKind, namespace: ['The namespace.', texts.namespace] }),
  limitsOf(ReferenceGrantTo, { ...aKind, name: ['The name; none: all of the kind.', texts.objectName] }),
]
