import type { Node } from '#api/core/node/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import { isLeaving } from '#objects/deletion.ts'
import { type ControllerContext, type RunningController, recorderOf, runLoop } from '../context.ts'
import { NodeRanges, podCidrsOf } from './desired.ts'

/** How long a node that got nothing is not told so again. */
const TELL_AGAIN_MS = 600_000

/**
 * Gives Nodes the ranges of their pods, as kube-controller-manager's --allocate-node-cidrs. What a Node has stays, whoever gave
 * it; what is taken is read from the Nodes alone.
 */
export const startNodeIpamController = (context: ControllerContext): RunningController | undefined => {
  if (context.nodeIpam === undefined) return undefined
  const { client, informers, clock } = context
  const ranges = new NodeRanges(context.nodeIpam)
  const recorder = recorderOf(context, 'node-ipam-controller')
  const cache = informers.for(nodes)
  const waiting = new Map<string, number>()

  const sync = async (name: string): Promise<void> => {
    const node = cache.lister.get(name)
    if (node === undefined || isLeaving(node) || podCidrsOf(node).length > 0) return
    const given = ranges.give(name)
    if ('exhausted' in given) return tell(node, given.exhausted)
    waiting.delete(name)
    const [podCIDR] = given.podCidrs
    try {
      await client.patch(nodes, name, 'merge', {
        metadata: { resourceVersion: node.metadata?.resourceVersion, uid: node.metadata?.uid },
        spec: { podCIDR, podCIDRs: given.podCidrs },
      })
    } catch (error) {
      // Whether it was written nobody knows; the Node tells, and until then nobody else gets them. Where it has none, it
      // is given the same ones again.
      if (cache.lister.get(name) === undefined) release(name)
      throw error
    }
  }

  const tell = (node: Node, range: string): void => {
    const { name = '' } = node.metadata ?? {}
    const last = waiting.get(name)
    if (last !== undefined && clock.now() - last < TELL_AGAIN_MS) return
    waiting.set(name, clock.now())
    recorder.record(
      node,
      'Warning',
      'CIDRNotAvailable',
      `Node ${name} status is now: CIDRNotAvailable: ${range} has no range left for it; delete Nodes that are gone, or give a larger --cluster-cidr`,
    )
  }

  const { queue, running } = runLoop(context, 'node-ipam', [cache], sync)
  const release = (name: string): void => {
    if (ranges.held(name).length === 0) return
    ranges.hold(name, [])
    for (const one of waiting.keys()) queue.add(one)
  }
  const look = (node: Node): void => {
    const { name = '' } = node.metadata ?? {}
    const has = podCidrsOf(node)
    // What it was given a moment ago may not be seen yet.
    if (has.length > 0) ranges.hold(name, has)
    else queue.add(name)
  }
  cache.addHandlers({
    onAdd: look,
    onUpdate: (before, after) => {
      // Another of the same name.
      if (before.metadata?.uid !== after.metadata?.uid && podCidrsOf(after).length === 0)
        release(after.metadata?.name ?? '')
      look(after)
    },
    onDelete: ({ metadata }) => {
      waiting.delete(metadata?.name ?? '')
      release(metadata?.name ?? '')
    },
  })
  return running
}
