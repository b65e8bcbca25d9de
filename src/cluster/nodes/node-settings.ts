import { fieldErrorText } from '#api/validation/field-error.ts'
import { ClusterError } from '../cluster-error.ts'
import type { NodeTaint } from '../config.ts'
import type { NodeSettings } from '../ranges/node-plan.ts'

/** Parts of a cluster that are named beside its nodes, in logs and reports. */
const TAKEN: ReadonlySet<string> = new Set(['fabric', 'host'])
/** What a kubelet tells of itself. */
const OWN_LABELS = /^(beta\.)?kubernetes\.io\/(hostname|arch|os)$/
/** A node's name is a host's: it stands in prompts, and as one label in names. */
const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

const invalid = (what: string, hint?: string): ClusterError =>
  new ClusterError('NODE_INVALID', what, hint === undefined ? {} : { hint })

/**
 * Checks what is asked of nodes before they are there, in the API's words. `at` names where it was said. Throws
 * ClusterError NODE_INVALID.
 */
export const checkSettings = async (settings: NodeSettings, at: string): Promise<void> => {
  const { name, zone, labels = {}, taints = [] } = settings
  if (name !== undefined && (!NAME.test(name) || TAKEN.has(name)))
    throw invalid(
      `${at}: '${name}' cannot name a node`,
      `use 1 to 63 lower-case letters, digits and dashes, no dash at either end, and neither of: ${[...TAKEN].join(', ')}`,
    )
  for (const key of Object.keys(labels))
    if (OWN_LABELS.test(key)) throw invalid(`${at}: label ${key} is what the node tells of itself`, 'leave it out')
  const wanted = { ...labels, ...(zone !== undefined && { 'topology.kubernetes.io/zone': zone }) }
  if (Object.keys(wanted).length + taints.length === 0) return
  // Loaded where it is asked for: a boot does not wait for it.
  const { validateNodeCreate } = await import('#api/core/node/validate.ts')
  const [error] = validateNodeCreate({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: name ?? 'node', labels: wanted },
    spec: { taints },
  })
  if (error !== undefined) throw invalid(`${at}: ${fieldErrorText(error)}`)
}

/** Reads `key=value,key=value`. Throws ClusterError NODE_INVALID. */
export const parseLabels = (text: string): Readonly<Record<string, string>> => {
  const pairs = text.split(',').map((pair): readonly [string, string] => {
    const at = pair.indexOf('=')
    if (at < 1) throw invalid(`--labels ${text}: '${pair}' is no label`, 'write KEY=VALUE, several with commas')
    return [pair.slice(0, at), pair.slice(at + 1)]
  })
  return Object.fromEntries(pairs)
}

const EFFECTS: readonly NodeTaint['effect'][] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

/** Reads `key=value:NoSchedule,key:NoExecute`, as kubectl taint has it. Throws ClusterError NODE_INVALID. */
export const parseTaints = (text: string): readonly NodeTaint[] =>
  text.split(',').map((part) => {
    const [, key, value, effect] = /^([^=:]+)(?:=([^:]*))?:(.*)$/.exec(part) ?? []
    const known = EFFECTS.find((one) => one === effect)
    if (key === undefined || known === undefined)
      throw invalid(
        `--taints ${text}: '${part}' is no taint`,
        `write KEY=VALUE:EFFECT or KEY:EFFECT, with an effect of ${EFFECTS.join(', ')}; several with commas`,
      )
    return { key, ...(value !== undefined && { value }), effect: known }
  })
