import { unpauseNode } from '#cluster/nodes/node-changes.ts'
import type { Command } from '../../command.ts'
import { changeFlags, changeState, nodeArgument } from '../../nodes/change-node.ts'

export const unpause: Command = {
  name: 'node unpause',
  summary: 'plug a node in again that was paused',
  description: `Its containers are as they were; pods that were deleted meanwhile end now. Returns when all parts of it are ready.`,
  argument: nodeArgument,
  flags: changeFlags,
  examples: ['fairlead node unpause node-2'],
  run: (invocation) => changeState(invocation, unpauseNode, 'is reached again and Ready', true),
}
