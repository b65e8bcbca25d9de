import type { Service } from '#api/core/service/message.ts'
import { socketText } from '#net/port-protocol.ts'
import { keyOf } from '#objects/object-key.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { clusterIpsOf, familyOfText, isOutside } from '../cluster/lookup.ts'
import { refOf } from '../cluster/reference.ts'
import type { Cure } from '../trace/cure.ts'
import type { Effect } from '../trace/effect.ts'
import type { CommandFlags, Question } from '../trace/question.ts'

export const run = (effect: Effect, ...argv: readonly string[]): Cure => ({ kind: 'run', argv, effect })

export const look = (effect: Effect, ...argv: readonly string[]): Cure => ({ kind: 'look', argv, effect })

type Kind =
  | 'service'
  | 'deployment'
  | 'statefulset'
  | 'daemonset'
  | 'pod'
  | 'node'
  | 'endpointslice'
  | 'networkpolicy'
  | 'clusternetworkpolicy'
  | 'gateway'
  | 'grpcroute'
  | 'httproute'
  | 'ingress'
  | 'listenerset'
  | 'tlsroute'
  | 'tcproute'
  | 'udproute'

/** Another way to the same end than the cure before it. */
export const or = <C extends Cure>(cure: C): C => ({ ...cure, alternative: true })

/** `kubectl patch`: an array is a list of JSON patch operations, an object a merge patch. */
export function patch(
  effect: Effect,
  kind: Kind,
  object: { readonly metadata?: { readonly namespace?: string; readonly name?: string } },
  body: object,
): Cure {
  const { namespace, name = '' } = object.metadata ?? {}
  const type = Array.isArray(body) ? 'json' : 'merge'
  return run(effect, 'kubectl', 'patch', kind, name, ...where(namespace), '--type', type, '-p', JSON.stringify(body))
}

/** `kubectl apply` of an object that is not there yet. */
export const apply = (effect: Effect, object: object): Cure => ({
  ...run(effect, 'kubectl', 'apply', '-f', '-'),
  input: JSON.stringify(object),
})

export const where = (namespace: string | undefined): readonly string[] => (namespace ? ['-n', namespace] : [])

/** Look at what a Service leads to, whoever wrote it. */
export const endpointsOf = ({ metadata }: Service): Cure =>
  look(
    { code: 'show-endpoints' },
    'kubectl',
    'get',
    'endpointslices',
    ...where(metadata?.namespace),
    '-l',
    `kubernetes.io/service-name=${metadata?.name}`,
  )

const isAddress = (to: string): boolean => /^\[|^[\d.]+(?::\d+)?$|:.*:/.test(to)

/** A cure with the flags by which its command finds the cluster that was asked. */
export function flagged(cure: Cure, { kubectl, fairlead }: CommandFlags): Cure {
  const [program = '', ...words] = cure.argv
  return { ...cure, argv: program === 'kubectl' ? [program, ...kubectl, ...words] : [...cure.argv, ...fairlead] }
}

/** Ask another destination: `to` is a name or an address, with its port. */
export function ask(question: Question, effect: Effect, to: string, more: Pick<Question, 'protocol'> = {}): Cure {
  const { from, protocol, family, namespace } = { ...question, ...more }
  const asked: Question = {
    from,
    to,
    ...(protocol !== undefined && { protocol }),
    // An address has its family with it.
    ...(family !== undefined && !isAddress(to) && { family }),
    ...(namespace !== undefined && namespace !== 'default' && { namespace }),
  }
  return { kind: 'ask', question: asked, argv: explainCommand(asked), effect }
}

/** The same question otherwise, with all that it says of a request. */
export const askRequest = (question: Question, effect: Effect): Cure => ({
  kind: 'ask',
  question,
  argv: explainCommand(question),
  effect,
})

const explainCommand = (question: Question): readonly string[] => {
  const { from, to, protocol, family, namespace } = question
  const { method, headers = [], host, gateway } = question
  return [
    ...['fairlead', 'explain', '--from', from, '--to', to],
    ...(protocol === undefined ? [] : ['--proto', protocol.toLowerCase()]),
    ...(family === undefined ? [] : ['--family', family === 'IPv6' ? '6' : '4']),
    ...(namespace === undefined ? [] : ['--namespace', namespace]),
    ...(method === undefined ? [] : ['--method', method]),
    ...headers.flatMap((header) => ['--header', header]),
    ...(host === undefined ? [] : ['--host', host]),
    ...(gateway === undefined ? [] : ['--gateway', gateway]),
  ]
}

/** Ask a Service by its name, where that may be meant. */
export const ifMeant = (question: Question, service: Service, port: number): Cure => {
  const key = keyOf(service)
  return ask(question, { code: 'if-service-is-meant', service: refOf('Service', service) }, `svc/${key}:${port}`)
}

export const askAddress = (question: Question, effect: Effect, address: string, port: number): Cure =>
  ask(question, effect, socketText(address, port))

/** The ClusterIP of a Service, of the asker's family where it has that; none to somebody whom no network leads there. */
export function askClusterIp(
  facts: ClusterFacts,
  question: Question,
  source: string,
  service: Service,
  port: number | undefined,
  effect: Effect,
): readonly Cure[] {
  const ip = clusterIpsOf(service).find((one) => familyOfText(one) === familyOfText(source))
  if (ip === undefined || port === undefined || isOutside(facts, source)) return []
  return [askAddress(question, effect, ip, port)]
}

/** Where a Service's port stands in its list, for a JSON patch. */
export const portIndex = ({ spec }: Service, port: { readonly port: number; readonly protocol?: string }): number =>
  (spec?.ports ?? []).findIndex((one) => one.port === port.port && (one.protocol || 'TCP') === (port.protocol || 'TCP'))
