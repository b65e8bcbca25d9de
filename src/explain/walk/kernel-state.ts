import { frontendKey, type HeldFrontend, type HeldTreatment, heldFrontends } from '#dataplane/nftables/held.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { socketText } from '#net/port-protocol.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { claimantRef } from '../cluster/lookup.ts'
import type { HeardKernel } from '../cluster/told-kernels.ts'
import type { KernelDifference, NodeKernel } from '../trace/kernels.ts'
import type { Socket } from '../trace/reference.ts'
import type { NodeView } from './node-view.ts'

/** What the kernel of a view's node holds of one frontend, against its objects; undefined where nobody asked it. */
export const kernelState = (
  { told }: Pick<ClusterFacts, 'told'>,
  view: NodeView,
  target: Socket,
  protocol: Protocol,
): NodeKernel | undefined => {
  const kernel = told?.[view.name]
  if (kernel === undefined) return undefined
  if (kernel.code !== 'heard') return { node: view.name, ...kernel }
  const { agent, version, strangers } = kernel
  const who = {
    node: view.name,
    agent,
    ...(version !== undefined && { version }),
    ...(strangers.length > 0 && { strangers }),
  }
  if (kernel.rules !== 'ours') return { ...who, code: kernel.rules === 'none' ? 'no-rules' : 'other-rules' }
  const differences = differencesAt(kernel, view, target, protocol)
  const claimed = view.frontendAt(target.address, protocol, target.port)
  const refused = kernel.refused.find(({ service }) => service === claimed?.service)
  if (refused !== undefined)
    return { ...who, code: 'refused', service: claimantRef(refused.service), message: refused.message, differences }
  return differences.length === 0
    ? { ...who, code: 'in-sync' }
    : { ...who, code: 'behind', pending: kernel.pending, differences }
}

const differencesAt = (
  { elements, kinds }: HeardKernel,
  view: NodeView,
  { address, port }: Socket,
  protocol: Protocol,
): readonly KernelDifference[] => {
  const isMeant = (one: HeldFrontend): boolean =>
    one.port === port &&
    one.protocol === protocol.toLowerCase() &&
    (one.address === address || (one.address === undefined && (one.family === 'ip6') === address.includes(':')))
  const byKey = (all: readonly HeldFrontend[]) => new Map(all.filter(isMeant).map((one) => [frontendKey(one), one]))
  const held = byKey(heldFrontends(elements, kinds))
  const wanted = byKey(heldFrontends(view.compiled.elements, view.compiled.kinds))
  return [...new Set([...wanted.keys(), ...held.keys()])].flatMap((key) =>
    between(held.get(key), wanted.get(key), protocol),
  )
}

const between = (
  held: HeldFrontend | undefined,
  wanted: HeldFrontend | undefined,
  protocol: Protocol,
): readonly KernelDifference[] => {
  const one = wanted ?? held
  if (one === undefined) return []
  const frontend = { ...(one.address !== undefined && { address: one.address }), protocol, port: one.port }
  if (held === undefined) return [{ ...frontend, code: 'frontend-missing' }]
  if (wanted === undefined) return [{ ...frontend, code: 'frontend-too-many' }]
  const found: KernelDifference[] = []
  for (const side of ['cluster', 'local'] as const) {
    const [here, should] = [held[side] ?? NOTHING, wanted[side] ?? NOTHING]
    const missing = without(should.backends, here.backends).map(endpointText)
    const tooMany = without(here.backends, should.backends).map(endpointText)
    if (missing.length > 0 || tooMany.length > 0)
      found.push({ ...frontend, code: 'endpoints-differ', of: side, missing, tooMany })
    else if (here.kind !== should.kind)
      found.push({ ...frontend, code: 'treatment-differs', of: side, held: here.kind, wanted: should.kind })
  }
  const [here = [], should = []] = [held.sources, wanted.sources]
  if (here.join() !== should.join() || (held.sources === undefined) !== (wanted.sources === undefined))
    found.push({ ...frontend, code: 'sources-differ', held: here, wanted: should })
  return found
}

const NOTHING: HeldTreatment = { kind: 'none', backends: [] }

/** What stands in `all` more often than in `others`. */
const without = (all: readonly string[], others: readonly string[]): readonly string[] => {
  const rest = [...others]
  return all.filter((one) => {
    const at = rest.indexOf(one)
    if (at >= 0) rest.splice(at, 1)
    return at < 0
  })
}

const endpointText = (backend: string): string => {
  const [address = '', port = '0'] = backend.split(' ')
  return socketText(address, Number(port))
}
