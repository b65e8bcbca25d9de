import type { Node } from '#api/core/node/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import { isSame } from '#api/resource.ts'
import { NOT_READY_TAINT } from '#objects/well-known.ts'
import type { Admission } from './admission.ts'

const EFFECT = 'NoSchedule'

/** A new node takes no pods until its condition Ready has been seen: whoever follows conditions takes the taint away. */
export const taintNodesByCondition: Admission = {
  create({ resource, object }) {
    if (!isSame(resource, nodes)) return object
    const node = object as Node
    const taints = node.spec?.taints ?? []
    if (taints.some(({ key, effect }) => key === NOT_READY_TAINT && effect === EFFECT)) return object
    const tainted: Node = {
      ...node,
      spec: { ...node.spec, taints: [...taints, { key: NOT_READY_TAINT, effect: EFFECT }] },
    }
    return tainted
  },
}
