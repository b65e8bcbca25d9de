import { statusObject } from '#kubelet/streaming/upgrade.ts'
import type { NodeOff } from './agent-report.ts'

/** The path of a request for a node's kubelet: the node's part of it, and the rest. */
export const nodePath = (path: string): readonly [node: string, rest: string] | undefined => {
  const [, node, rest = ''] = /^(\/nodes\/[^/?]+)(.*)$/s.exec(path) ?? []
  return node === undefined ? undefined : [node, rest.startsWith('/') ? rest : `/${rest}`]
}

/**
 * The Status for a path that nobody here serves. One of a kubelet is no 404: the pod is there, and who asked would take it
 * for gone. It tells how the node is, and the way out.
 */
export const noKubelet = (path: string, cluster: string, off: readonly Pick<NodeOff, 'name' | 'state'>[]) => {
  const [prefix] = nodePath(path) ?? []
  if (prefix === undefined) return statusObject(404, `the agents of cluster ${cluster} serve no ${path}`)
  const name = nameOf(prefix)
  const why = whyNone(name, cluster, off)
  return statusObject(500, `the kubelet of node ${name} of cluster ${cluster} cannot be reached: ${why}`)
}

const whyNone = (name: string, cluster: string, off: readonly Pick<NodeOff, 'name' | 'state'>[]): string => {
  const node = off.find((one) => one.name === name)
  if (node === undefined) return `nobody runs it at present; how the nodes are: fairlead node list --name ${cluster}`
  if (node.state === undefined) return 'the node is not up yet'
  const verb = node.state === 'paused' ? 'unpause' : 'start'
  return `the node is ${node.state}; to undo it: fairlead node ${verb} ${name} --name ${cluster}`
}

const nameOf = (prefix: string): string => {
  const name = prefix.slice('/nodes/'.length)
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
