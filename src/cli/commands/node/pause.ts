import { pauseNode } from '#cluster/nodes/node-changes.ts'
import type { Command } from '../../command.ts'
import { changeFlags, changeState, nodeArgument } from '../../nodes/change-node.ts'

export const pause: Command = {
  name: 'node pause',
  summary: 'cut a node off: what runs there runs on, unreached',
  description: `Pulls its cable and keeps its agents still: its containers run on, nothing reaches them, and nobody hears of them, as where a
network is parted. What its kubelet does by itself (probes, restarts) is not done meanwhile. It stays so until
\`fairlead node unpause\`, over deaths of our processes too.`,
  argument: nodeArgument,
  flags: changeFlags,
  examples: ['fairlead node pause node-2'],
  run: (invocation) =>
    changeState(
      invocation,
      pauseNode,
      'is cut off: its containers run, and nothing reaches it; its Node becomes NotReady after the grace period',
    ),
}
