import type { ClusterConfig, NodeConfig } from '#cluster/config.ts'
import { changeNodes } from '#cluster/nodes/change-nodes.ts'
import { type NodeChange, nodeNamed } from '#cluster/nodes/node-changes.ts'
import { chosenCluster } from '../clusters/chosen-cluster.ts'
import { knownCluster, needsRoot } from '../clusters/known-cluster.ts'
import { type Invocation, quietFlag, shownNameFlag } from '../command.ts'
import { takeInterrupts } from '../interrupt.ts'

/** Flags of every verb that changes a node. */
export const changeFlags = { name: shownNameFlag, quiet: quietFlag } as const

/** The word of every verb that changes a node which is there. */
export const nodeArgument = { name: 'NODE', words: [1, 1], help: 'its name, or its number' } as const

/**
 * Changes a node of the cluster that is meant, and says `done` of it. A change that was begun goes on to its end, whoever
 * interrupts. Gives the exit status.
 */
export const changeNode = async (
  { flags, switches, io }: Invocation,
  change: (config: ClusterConfig) => Promise<NodeConfig>,
  done: string,
): Promise<number> => {
  const config = knownCluster(chosenCluster(flags.name, io.environment))
  if (process.getuid!() !== 0) throw needsRoot(config.name)
  const started = performance.now()
  using _interrupts = takeInterrupts()
  const { name } = await change(config)
  if (!switches.quiet)
    io.err(`node ${name} of cluster ${config.name} ${done} (${Math.round(performance.now() - started)} ms)\n`)
  return 0
}

/** The same for a change of a node's state. `undo`: where it cannot be made, all is to be as before. */
export const changeState = (
  invocation: Invocation,
  change: (node: string) => NodeChange,
  done: string,
  undo = false,
): Promise<number> => {
  const [name = ''] = invocation.words
  return changeNode(
    invocation,
    async (config) => nodeNamed(await changeNodes(config.name, change(name), undo), name),
    done,
  )
}
