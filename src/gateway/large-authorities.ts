import { createHash } from 'node:crypto'
import type { Backend, RoutingTable } from '#routes/table/table.ts'
import { LARGEST_COMMAND } from './haproxy/runtime/runtime-socket.ts'
import { AT_ONCE } from './minute-room.ts'

const LARGE = `certificates of authorities that are more than the proxy can be given while it runs are taken up ${AT_ONCE} at once, then one in a minute, of namespaces in turns`
/** Said of rules whose backends are held against what is no more. */
export const HAS_FORMER = `its backends are held against the authorities of before meanwhile: ${LARGE}`
/** Said of rules whose backends have never been held against anything. */
export const IS_HELD = `its backends are asked nothing meanwhile: ${LARGE}`

/** What is looked at of one bundle. */
interface Bundle {
  /** In a file with others. */
  readonly octets: number
  readonly digest: string
}

/** Of what is asked for again and again the answers are kept, for so many letters. */
const MOST_KEPT = 64_000_000
const bundles = new Map<string, Bundle>()
let kept = 0

const bundleOf = (pem: string): Bundle => {
  const known = bundles.get(pem)
  if (known !== undefined) return known
  const octets = Buffer.byteLength(pem.trimEnd()) + 1
  const bundle = { octets, digest: createHash('sha256').update(pem).digest('hex').slice(0, 16) }
  kept += pem.length
  bundles.set(pem, bundle)
  for (const before of bundles.keys()) {
    if (kept <= MOST_KEPT) break
    kept -= before.length
    bundles.delete(before)
  }
  return bundle
}

/** Authorities that a backend is held against, where they are more than HAProxy can be given while it runs: one file. */
interface Large {
  readonly keys: readonly string[]
  /** As a kind of what only another configuration can say. */
  readonly kind: string
}

/** By tables' authorities, and by which of them are meant. */
const found = new WeakMap<RoutingTable['authorities'], Map<string, Large | undefined>>()

const largeOf = ({ tls }: Backend, authorities: RoutingTable['authorities']): Large | undefined => {
  if (tls === undefined) return undefined
  const known = found.get(authorities) ?? new Map<string, Large | undefined>()
  if (known.size === 0) found.set(authorities, known)
  const name = tls.authorities.join(' ')
  if (!known.has(name)) known.set(name, largeTogether(tls.authorities, authorities))
  return known.get(name)
}

const largeTogether = (names: readonly string[], authorities: RoutingTable['authorities']): Large | undefined => {
  const keys = [...new Set(names)].filter((key) => authorities.has(key)).sort()
  const all = keys.map((key) => bundleOf(authorities.get(key)!))
  if (all.reduce((sum, { octets }) => sum + octets, 0) <= LARGEST_COMMAND) return undefined
  return { keys, kind: `authorities ${keys.map((key, at) => `${key} ${all[at]!.digest}`).join(' ')}` }
}

/** What there is of these, with the namespaces of the Services. */
export const largeAuthorities = ({ backends, authorities }: RoutingTable): ReadonlyMap<string, ReadonlySet<string>> => {
  const found = new Map<string, Set<string>>()
  for (const backend of backends.values()) {
    const large = largeOf(backend, authorities)
    if (large !== undefined) found.set(large.kind, (found.get(large.kind) ?? new Set()).add(backend.service.namespace))
  }
  return found
}

interface WithFormer {
  readonly table: RoutingTable
  /** Keys of backends that are held against authorities of before. */
  readonly former: ReadonlySet<string>
  /** Keys of backends for which there are none, or others use what has changed: nobody may ask them. */
  readonly held: ReadonlySet<string>
}

/**
 * A table in which authorities that have to wait are as they were before, as far as that is no matter of others. `known`: kinds
 * that the proxy has.
 */
export const withFormerAuthorities = (
  table: RoutingTable,
  kinds: ReadonlySet<string>,
  before: RoutingTable,
  known: ReadonlySet<string>,
): WithFormer => {
  const waiting = new Map<string, Large>()
  const others = new Set(table.sites.flatMap(({ ports }) => ports.flatMap(({ clients }) => clients?.authorities ?? [])))
  for (const [key, backend] of table.backends) {
    const large = largeOf(backend, table.authorities)
    if (large !== undefined && kinds.has(large.kind)) waiting.set(key, large)
    else for (const one of backend.tls?.authorities ?? []) others.add(one)
  }
  const authorities = new Map(table.authorities)
  const [former, held] = [new Set<string>(), new Set<string>()]
  const has = (backend: Backend): boolean => {
    const large = largeOf(backend, before.authorities)
    return large === undefined || known.has(large.kind)
  }
  for (const [key, { keys }] of waiting) {
    const changed = keys.filter((one) => before.authorities.get(one) !== table.authorities.get(one))
    const isFree = changed.every((one) => before.authorities.has(one) && !others.has(one))
    const hasFormer = isFree && has(table.backends.get(key)!)
    ;(hasFormer ? former : held).add(key)
    if (hasFormer) for (const one of changed) authorities.set(one, before.authorities.get(one)!)
  }
  return { table: { ...table, authorities }, former, held }
}

/** A table that names no authorities for these backends, which nobody asks: HAProxy is given none for them. */
export const withoutAuthorities = (table: RoutingTable, held: ReadonlySet<string>): RoutingTable => {
  if (held.size === 0) return table
  const bare = (key: string, one: Backend): Backend =>
    one.tls !== undefined && held.has(key) ? { ...one, tls: { ...one.tls, authorities: [] } } : one
  return { ...table, backends: new Map(Array.from(table.backends, ([key, one]) => [key, bare(key, one)])) }
}
