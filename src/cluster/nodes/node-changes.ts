import { ClusterError } from '../cluster-error.ts'
import type { ClusterConfig, NodeConfig } from '../config.ts'
import { nodeName } from '../machines/names.ts'
import { MOST_NODES, refuseTakenAddress } from '../ranges/cluster-plan.ts'
import { type NodeSettings, planNode } from '../ranges/node-plan.ts'

/** A cluster's configuration with other nodes. Each throws ClusterError, and says what to do instead. */
export type NodeChange = (config: ClusterConfig) => ClusterConfig

/** The node of that name, or of that number alone. Throws ClusterError NODE_UNKNOWN. */
export const nodeNamed = ({ name: cluster, nodes }: ClusterConfig, name: string): NodeConfig => {
  const found =
    nodes.find((node) => node.name === name) ??
    (/^\d+$/.test(name) ? nodes.find(({ number }) => number === Number(name)) : undefined)
  if (found !== undefined) return found
  throw new ClusterError('NODE_UNKNOWN', `cluster ${cluster} has no node ${name}`, {
    hint: `its nodes: ${nodes.map((node) => node.name).join(', ')}`,
  })
}

const withNode = (
  config: ClusterConfig,
  { state: _, leaving: __, ...node }: NodeConfig,
  change: Pick<NodeConfig, 'state' | 'leaving'>,
): ClusterConfig => ({
  ...config,
  nodes: config.nodes.map((one) => (one.number === node.number ? { ...node, ...change } : one)),
})

/** Without power: what runs there dies. */
export const stopNode =
  (name: string): NodeChange =>
  (config) => {
    const node = nodeNamed(config, name)
    if (node.state === 'stopped')
      throw wrongState(config, node, 'is stopped already', `start it: ${command(config, 'start', node)}`)
    return withNode(config, node, { state: 'stopped' })
  }

/** Cut off: what runs there runs on, and nothing reaches it. */
export const pauseNode =
  (name: string): NodeChange =>
  (config) => {
    const node = nodeNamed(config, name)
    if (node.state === 'paused')
      throw wrongState(config, node, 'is paused already', `undo it: ${command(config, 'unpause', node)}`)
    if (node.state === 'stopped')
      throw wrongState(config, node, 'is stopped: nothing runs there', `start it: ${command(config, 'start', node)}`)
    return withNode(config, node, { state: 'paused' })
  }

/** Up again, whatever it was. */
export const startNode =
  (name: string): NodeChange =>
  (config) => {
    const node = nodeNamed(config, name)
    if (node.state === undefined) throw wrongState(config, node, 'is up already', statusHint(config))
    return withNode(config, node, {})
  }

/** Its cable is plugged in again. */
export const unpauseNode =
  (name: string): NodeChange =>
  (config) => {
    const node = nodeNamed(config, name)
    if (node.state === 'stopped')
      throw wrongState(config, node, 'is not paused but stopped', `start it: ${command(config, 'start', node)}`)
    if (node.state === undefined) throw wrongState(config, node, 'is not paused', statusHint(config))
    return withNode(config, node, {})
  }

/** One more, with the lowest number that is free. */
export const addNode =
  (settings: NodeSettings): NodeChange =>
  (config) => {
    const { nodes } = config
    const taken = (name: string): boolean => nodes.some((node) => node.name === name)
    if (settings.name !== undefined && taken(settings.name))
      throw new ClusterError('NODE_TAKEN', `cluster ${config.name} has a node ${settings.name} already`, {
        hint: 'give another name, or none: it is called by its number then',
      })
    const numbers = Array.from({ length: MOST_NODES }, (_, index) => index + 1)
    const number = numbers.find(
      (one) => !nodes.some((node) => node.number === one) && (settings.name !== undefined || !taken(nodeName(one))),
    )
    if (number === undefined)
      throw new ClusterError(
        'NODES_INVALID',
        `cluster ${config.name} has ${nodes.length} nodes, and no room for more`,
        {
          hint: `a cluster has 1 to ${MOST_NODES} nodes`,
        },
      )
    const most = Math.max(number, ...nodes.map((node) => node.number))
    const ranges = [config.clusterCidr, config.nodeCidr] as const
    const node = planNode({ cluster: config.name, number, most, ...settings }, ranges)
    refuseTakenAddress(node.addresses, {
      loadBalancer: config.loadBalancerCidr,
      fabric: config.fabric.addresses,
      node: config.nodeCidr,
      nodes: number,
      isPoolGiven: false,
    })
    return { ...config, nodes: [...nodes, node].sort((one, other) => one.number - other.number) }
  }

/** Without one of its nodes, which is stopped. */
export const removeNode =
  (name: string): NodeChange =>
  (config) => {
    const node = nodeNamed(config, name)
    const nodes = config.nodes.filter(({ number }) => number !== node.number)
    if (nodes.length === 0)
      throw new ClusterError('NODE_LAST', `${node.name} is the last node of cluster ${config.name}`, {
        hint: `add another first: fairlead node add${named(config)}; or take the cluster down: fairlead down ${config.name}`,
      })
    return { ...config, nodes }
  }

/** That it may be taken away at all, and is without power then. */
export const stopForRemoval =
  (name: string): NodeChange =>
  (config) => {
    removeNode(name)(config)
    return withNode(config, nodeNamed(config, name), { state: 'stopped', leaving: true })
  }

const named = ({ name }: ClusterConfig): string => (name === 'fairlead' ? '' : ` --name ${name}`)
const command = (config: ClusterConfig, verb: string, { name }: NodeConfig): string =>
  `fairlead node ${verb} ${name}${named(config)}`
const statusHint = ({ name }: ClusterConfig): string => `see how it is: fairlead status ${name}`
const wrongState = ({ name }: ClusterConfig, node: NodeConfig, is: string, hint: string): ClusterError =>
  new ClusterError('NODE_STATE', `node ${node.name} of cluster ${name} ${is}`, { hint })
