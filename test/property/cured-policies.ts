import type { Cure } from '#explain/trace/cure.ts'
import type { PolicyCluster } from '../contract/policies/model.ts'

type Json = Record<string, unknown>

interface Operation {
  readonly op: string
  readonly path: string
  readonly value?: unknown
  readonly from?: string
}

/** What `kubectl patch --type json` makes of an object; it knows what these cures do. */
const patched = (object: Json, operations: readonly Operation[]) => {
  // What is there twice by one reference is two places of an object.
  const copy = JSON.parse(JSON.stringify(object)) as Json
  const at = (words: readonly string[]) => words.reduce<Json>((found, word) => found[word] as Json, copy)
  for (const { op, path, from, value } of operations) {
    if (!['add', 'replace', 'remove', 'copy'].includes(op)) throw new Error(`what is ${op}?`)
    const words = path.slice(1).split('/')
    const last = words.pop() as string
    const parent = at(words)
    if (parent === undefined) throw new Error(`nothing at ${path}`)
    const given = from === undefined ? value : structuredClone(at(from.slice(1).split('/')))
    if (!Array.isArray(parent)) parent[last] = given
    else if (last === '-') parent.push(given)
    else if (op === 'remove') parent.splice(Number(last), 1)
    else parent.splice(Number(last), op === 'replace' ? 1 : 0, given)
  }
  return copy
}

/** What a merge patch makes of an object. */
const merged = (object: Json, patch: Json): Json => {
  const copy = { ...object }
  for (const [key, value] of Object.entries(patch))
    if (value === null) delete copy[key]
    else
      copy[key] =
        typeof value === 'object' && !Array.isArray(value) ? merged((copy[key] ?? {}) as Json, value as Json) : value
  return copy
}

const LISTS = {
  pod: 'pods',
  namespace: 'namespaces',
  networkpolicy: 'policies',
  clusternetworkpolicy: 'clusterPolicies',
} as const

/** With a NetworkPolicy that was not there: a cure takes nobody's name. */
const applied = (cluster: PolicyCluster, policy: PolicyCluster['policies'][number]): PolicyCluster => {
  const isThere = ({ metadata }: typeof policy) =>
    metadata?.name === policy.metadata?.name && metadata?.namespace === policy.metadata?.namespace
  if (policy.kind !== 'NetworkPolicy' || cluster.policies.some(isThere))
    throw new Error('it takes the place of another')
  return { ...cluster, policies: [...cluster.policies, policy] }
}

/** A cluster as it is after the command of a cure. Throws where nothing has that name, or the command is another. */
export const changed = (cluster: PolicyCluster, { argv, input }: Pick<Cure, 'argv' | 'input'>): PolicyCluster => {
  if (input !== undefined && argv.join(' ') === 'kubectl apply -f -') return applied(cluster, JSON.parse(input))
  const [program, verb, kind = '', name, ...rest] = argv
  const list = LISTS[kind as keyof typeof LISTS]
  if (program !== 'kubectl' || list === undefined) throw new Error(`what is ${argv.join(' ')}?`)
  const flag = (word: string) => (rest.includes(word) ? rest[rest.indexOf(word) + 1] : undefined)
  const namespace = flag('-n')
  const change = (object: Json): Json => {
    if (verb === 'patch') {
      const body = JSON.parse(flag('-p') ?? '')
      return flag('--type') === 'json' ? patched(object, body) : merged(object, body)
    }
    if (verb !== 'label') throw new Error(`what does ${verb} do?`)
    const pairs = rest.filter((word) => word.includes('=')).map((pair) => pair.split('='))
    return merged(object, { metadata: { labels: Object.fromEntries(pairs) } })
  }
  let met = 0
  const objects = cluster[list].map((object) => {
    const { metadata } = object as { metadata?: { name?: string; namespace?: string } }
    if (metadata?.name !== name || metadata?.namespace !== namespace) return object
    met++
    return change(object as unknown as Json)
  })
  if (met !== 1) throw new Error(`${met} objects have the name of ${argv.join(' ')}`)
  return { ...cluster, [list]: objects } as PolicyCluster
}
