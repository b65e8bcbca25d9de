import type { Service } from '#api/core-v1.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { clusterIpsOf, familyOfText, isOutside } from '../cluster/lookup.ts'
import { socketText } from '../cluster/names.ts'
import type { Cure, Question } from '../explanation.ts'

/** A word as a POSIX shell reads it back. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

export const commandLine = (...words: readonly string[]): string => words.map(shellWord).join(' ')

export const run = (effect: string, ...words: readonly string[]): Cure => ({
  kind: 'run',
  effect,
  command: commandLine(...words),
})

export const look = (effect: string, ...words: readonly string[]): Cure => ({
  kind: 'look',
  effect,
  command: commandLine(...words),
})

type Kind = 'service' | 'deployment' | 'pod' | 'node' | 'endpointslice'

/** `kubectl patch`: an array is a list of JSON patch operations, an object a merge patch. */
export function patch(
  effect: string,
  kind: Kind,
  object: { readonly metadata?: { readonly namespace?: string; readonly name?: string } },
  body: object,
): Cure {
  const { namespace, name = '' } = object.metadata ?? {}
  const type = Array.isArray(body) ? 'json' : 'merge'
  return run(effect, 'kubectl', 'patch', kind, name, ...where(namespace), '--type', type, '-p', JSON.stringify(body))
}

export const where = (namespace: string | undefined): readonly string[] => (namespace ? ['-n', namespace] : [])

/** Look at what a Service leads to, whoever wrote it. */
export const endpointsOf = ({ metadata }: Service): Cure =>
  look(
    'its endpoints',
    'kubectl',
    'get',
    'endpointslices',
    ...where(metadata?.namespace),
    '-l',
    `kubernetes.io/service-name=${metadata?.name}`,
  )

const isAddress = (to: string): boolean => /^\[|^[\d.]+(?::\d+)?$|:.*:/.test(to)

/** The commands with the flags by which they find the cluster that was asked. */
export function flagged<T extends Cure>(cure: T, { flags }: Question): T {
  const [program, ...words] = cure.command.split(' ')
  if (program === 'kubectl' && flags?.kubectl?.length)
    return { ...cure, command: [program, commandLine(...flags.kubectl), ...words].join(' ') }
  if (program === 'fairlead' && flags?.fairlead?.length)
    return { ...cure, command: `${cure.command} ${commandLine(...flags.fairlead)}` }
  return cure
}

/** Ask another destination: `to` is a name or an address, with its port. */
export function ask(question: Question, effect: string, to: string, more: readonly string[] = []): Cure {
  const { from, protocol, family, namespace } = question
  const words = ['fairlead', 'explain', '--from', from, '--to', to]
  if (protocol !== undefined && !more.includes('--proto')) words.push('--proto', protocol.toLowerCase())
  // An address has its family with it.
  if (family !== undefined && !isAddress(to)) words.push('--family', family === 'IPv6' ? '6' : '4')
  if (namespace !== undefined && namespace !== 'default') words.push('--namespace', namespace)
  return { kind: 'ask', to, effect, command: commandLine(...words, ...more) }
}

export const askAddress = (question: Question, effect: string, address: string, port: number): Cure =>
  ask(question, effect, socketText(address, port))

/** The ClusterIP of a Service, of the asker's family where it has that; none to somebody whom no network leads there. */
export function askClusterIp(
  facts: ClusterFacts,
  question: Question,
  source: string,
  service: Service,
  port: number | undefined,
  effect: string,
): readonly Cure[] {
  const ip = clusterIpsOf(service).find((one) => familyOfText(one) === familyOfText(source))
  if (ip === undefined || port === undefined || isOutside(facts, source)) return []
  return [askAddress(question, effect, ip, port)]
}

/** Where a Service's port stands in its list, for a JSON patch. */
export const portIndex = ({ spec }: Service, port: { readonly port: number; readonly protocol?: string }): number =>
  (spec?.ports ?? []).findIndex((one) => one.port === port.port && (one.protocol || 'TCP') === (port.protocol || 'TCP'))
