import type { Node } from '#api/core-v1.ts'

export const isNodeReady = ({ status }: Node): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true

/**
 * What the API says of a node that is not Ready, in words: `NotReady since 2026-01-01T00:00:00Z (Ready is Unknown:
 * Kubelet stopped posting node status.)`. Undefined where it is.
 */
export function notReadyText(node: Node): string | undefined {
  if (isNodeReady(node)) return undefined
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready')
  if (ready === undefined) return 'NotReady: its kubelet never told of it'
  const since = ready.lastTransitionTime ? ` since ${ready.lastTransitionTime}` : ''
  const why = ready.message || ready.reason
  return `NotReady${since} (Ready is ${ready.status}${why ? `: ${why}` : ''})`
}
