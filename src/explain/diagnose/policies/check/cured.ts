import type { NetworkPolicy } from '#api/networking/networkpolicy/message.ts'
import type { ClusterNetworkPolicy } from '#api/policynetworking/clusternetworkpolicy/message.ts'
import type { JsonValue } from '#schema/json-value.ts'
import { applyJsonPatch } from '#schema/patch/json-patch.ts'
import { JsonPatchError } from '#schema/patch/json-patch-error.ts'
import { applyMergePatch } from '#schema/patch/merge-patch.ts'
import type { ClusterFacts } from '../../../cluster/facts.ts'
import type { Cure } from '../../../trace/cure.ts'

/** A cluster as it is when the commands of cures of policies are done, in their order. */
export const cured = (facts: ClusterFacts, cures: readonly Cure[]): ClusterFacts =>
  cures.filter(({ kind, alternative }) => kind === 'run' && !alternative).reduce(done, facts)

function done(facts: ClusterFacts, { argv, input, effect }: Cure): ClusterFacts {
  const { policies = [], clusterPolicies = [] } = facts.policies ?? {}
  if (input !== undefined)
    return { ...facts, policies: { clusterPolicies, policies: [...policies, JSON.parse(input) as NetworkPolicy] } }
  if (effect.code === 'label-namespace') {
    const { name } = effect.object
    const labels = { ...facts.namespaceLabels?.[name], ...effect.labels }
    return { ...facts, namespaceLabels: { ...facts.namespaceLabels, [name]: labels } }
  }
  const change = <T>(one: T): T => patched(one as JsonValue, argv) as T
  return {
    ...facts,
    policies: {
      policies: policies.map((one) => (isPatched(one, 'networkpolicy', argv) ? change(one) : one)),
      clusterPolicies: clusterPolicies.map((one) => (isPatched(one, 'clusternetworkpolicy', argv) ? change(one) : one)),
    },
  }
}

const flag = (argv: readonly string[], name: string): string | undefined => argv[argv.indexOf(name) + 1]

const isPatched = (
  { metadata }: NetworkPolicy | ClusterNetworkPolicy,
  kind: string,
  argv: readonly string[],
): boolean =>
  argv[2] === kind &&
  argv[3] === metadata?.name &&
  (kind === 'clusternetworkpolicy' || flag(argv, '-n') === metadata?.namespace)

const patched = (object: JsonValue, argv: readonly string[]): JsonValue => {
  const body = JSON.parse(flag(argv, '-p') ?? '')
  try {
    return flag(argv, '--type') === 'json' ? applyJsonPatch(object, body) : applyMergePatch(object, body)
  } catch (error) {
    // An object of a form that only others' definitions let in stays as it is, as it would in the cluster.
    if (error instanceof JsonPatchError) return object
    throw error
  }
}

/** What a cure patches; undefined where it makes something new, or labels. */
export const patchedObject = ({ argv }: Cure): string | undefined =>
  argv[1] === 'patch' ? argv.slice(2, argv.indexOf('--type')).join(' ') : undefined

/** Whether what stands behind it in a list of the object stands elsewhere when it is done, or twice. */
export const isShifting = ({ argv }: Cure): boolean =>
  flag(argv, '--type') === 'json' &&
  (JSON.parse(flag(argv, '-p') ?? '[]') as readonly { readonly op: string }[]).some(
    ({ op }) => op === 'remove' || op === 'copy',
  )
