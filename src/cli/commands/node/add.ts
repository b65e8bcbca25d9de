import { changeNodes } from '#cluster/nodes/change-nodes.ts'
import { addNode } from '#cluster/nodes/node-changes.ts'
import { checkSettings, parseLabels, parseTaints } from '#cluster/nodes/node-settings.ts'
import type { Command } from '../../command.ts'
import { changeFlags, changeNode } from '../../nodes/change-node.ts'

export const add: Command = {
  name: 'node add',
  summary: 'one node more',
  description: `Makes it while the cluster runs, with addresses and ranges by the lowest number that is free, and returns when it is Ready and
its parts are. Labels and taints are what its Node is made with: what kubectl takes off later stays off.`,
  argument: {
    name: '[NODE]',
    words: [0, 1],
    help: 'what it is to be called: node- and its number, where nothing is said',
  },
  flags: {
    ...changeFlags,
    labels: { value: 'KEY=VALUE,…', help: 'labels of its Node' },
    taints: { value: 'KEY=VALUE:EFFECT,…', help: 'taints of its Node, as kubectl taint has them' },
    zone: { value: 'ZONE', help: 'its zone, topology.kubernetes.io/zone' },
  },
  examples: [
    'fairlead node add',
    'fairlead node add db --zone eu-2 --labels disk=fast --taints dedicated=db:NoSchedule',
  ],
  async run(invocation) {
    const { flags, words } = invocation
    const [name] = words
    const settings = {
      ...(name !== undefined && { name }),
      ...(flags.zone !== undefined && { zone: flags.zone }),
      ...(flags.labels !== undefined && { labels: parseLabels(flags.labels) }),
      ...(flags.taints !== undefined && { taints: parseTaints(flags.taints) }),
    }
    await checkSettings(settings, 'node add')
    return changeNode(
      invocation,
      async (config) => {
        const known = new Set(config.nodes.map((node) => node.name))
        const changed = await changeNodes(config.name, addNode(settings), true)
        return changed.nodes.find((node) => (name === undefined ? !known.has(node.name) : node.name === name))!
      },
      'is up and Ready',
    )
  },
}
