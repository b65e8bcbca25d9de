import type { Cure } from '#explain/trace/cure.ts'
import type { PolicyCluster } from '../contract/policies/model.ts'

type Json = Record<string, unknown>

/** What `kubectl patch --type json` makes of an object; it knows `add` and `replace`, which is all that these cures do. */
const patched = (
  object: Json,
  operations: readonly { readonly op: string; readonly path: string; readonly value: unknown }[],
) => {
  const copy = structuredClone(object)
  for (const { op, path, value } of operations) {
    if (op !== 'add' && op !== 'replace') throw new Error(`what is ${op}?`)
    const words = path.slice(1).split('/')
    const last = words.pop() as string
    const parent = words.reduce<Json>((at, word) => at[word] as Json, copy)
    if (parent === undefined) throw new Error(`nothing at ${path}`)
    if (!Array.isArray(parent)) parent[last] = value
    else if (last === '-') parent.push(value)
    else parent.splice(Number(last), op === 'replace' ? 1 : 0, value)
  }
  return copy
}

/** What a merge patch makes of an object. */
const merged = (object: Json, patch: Json): Json => {
  const copy = { ...object }
  for (const [key, value] of Object.entries(patch))
    copy[key] =
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? merged((copy[key] ?? {}) as Json, value as Json)
        : value
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
