import { takeNodeAway } from '#cluster/nodes/change-nodes.ts'
import type { Command } from '../../command.ts'
import { changeFlags, changeNode, nodeArgument } from '../../nodes/change-node.ts'

export const rm: Command = {
  name: 'node rm',
  summary: 'take a node away',
  description: `Takes it away at once, drained or not, whatever its state: its containers and files, its Node and pods in the API, its
namespace, links and routes. Who wants its pods to end in peace says \`kubectl drain\` first. The last node stays.`,
  argument: nodeArgument,
  flags: changeFlags,
  examples: ['fairlead node rm node-4'],
  run: (invocation) => changeNode(invocation, ({ name }) => takeNodeAway(name, invocation.words[0]!), 'is gone'),
}
