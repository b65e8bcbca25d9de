import { createHash } from 'node:crypto'
import type { Backend, RoutingTable } from '#routes/table/table.ts'
import { LARGEST_COMMAND } from './haproxy/runtime/runtime-socket.ts'

/** Of what is asked for again and again the answers are kept. */
const MOST_KEPT = 64
const digests = new Map<string, string>()

const digestOf = (pem: string): string => {
  const known = digests.get(pem)
  if (known !== undefined) return known
  const digest = createHash('sha256').update(pem).digest('hex').slice(0, 16)
  if (digests.size >= MOST_KEPT) digests.clear()
  digests.set(pem, digest)
  return digest
}

/** Authorities that a backend is held against, in one file. */
interface Large {
  readonly keys: readonly string[]
  /** As a kind of what only another configuration can say. */
  readonly kind: string
}

/** Where they are more than HAProxy can be given while it runs. */
const largeOf = ({ tls }: Backend, { authorities }: RoutingTable): Large | undefined => {
  const keys = tls?.authorities ?? []
  const pem = keys.flatMap((key) => authorities.get(key) ?? []).join('')
  if (Buffer.byteLength(pem) <= LARGEST_COMMAND) return undefined
  return { keys, kind: `authorities-${keys.join(',')}-${digestOf(pem)}` }
}

/** What there is of these, with the namespaces of the Services. */
export const largeAuthorities = (table: RoutingTable): ReadonlyMap<string, ReadonlySet<string>> => {
  const found = new Map<string, Set<string>>()
  for (const backend of table.backends.values()) {
    const large = largeOf(backend, table)
    if (large !== undefined) found.set(large.kind, (found.get(large.kind) ?? new Set()).add(backend.service.namespace))
  }
  return found
}

/**
 * Where such authorities have to wait, backends are held against those of before; where there are none, the backends are
 * `held`, by their keys, and have no endpoints.
 */
export const withoutNewAuthorities = (
  table: RoutingTable,
  kinds: ReadonlySet<string>,
  before: RoutingTable,
): { readonly table: RoutingTable; readonly held: ReadonlySet<string> } => {
  const authorities = new Map(table.authorities)
  const held = new Set<string>()
  for (const [key, backend] of table.backends) {
    const large = largeOf(backend, table)
    if (large === undefined || !kinds.has(large.kind)) continue
    const former = largeOf(backend, before)
    if (former === undefined || kinds.has(former.kind)) held.add(key)
    else for (const one of large.keys) authorities.set(one, before.authorities.get(one) ?? '')
  }
  return { table: { ...table, authorities }, held }
}
