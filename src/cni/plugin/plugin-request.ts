import { type CniResult, parseResult } from '../call/result.ts'
import { type CniVersion, isAtLeast, newestVersion, VERSION_RANGE } from '../conf/version.ts'
import type { SentRequest } from './frame.ts'
import { Refusal } from './refusal.ts'

/** A pod as runtimes tell of it in CNI_ARGS; none where a container is no pod's. */
interface TellingPod {
  readonly namespace: string
  readonly name: string
  /** Empty where the runtime does not tell. */
  readonly uid: string
}

/** What a request is about: one link of one container. */
export interface LinkRequest {
  readonly containerId: string
  readonly ifName: string
  /** Path of the network namespace, as the host sees it; empty for DEL where that is gone. */
  readonly netns: string
  readonly pod: TellingPod | undefined
}

interface Head {
  readonly cniVersion: CniVersion
  /** The network's name. */
  readonly network: string
}

/** A request by the specification, read. */
export type PluginRequest = Head &
  (
    | (LinkRequest & { readonly command: 'ADD'; readonly ranges: readonly string[] })
    | (LinkRequest & { readonly command: 'DEL' })
    | (LinkRequest & { readonly command: 'CHECK'; readonly prevResult: CniResult })
    | { readonly command: 'STATUS'; readonly ranges: readonly string[] }
    | { readonly command: 'GC'; readonly valid: readonly Pick<LinkRequest, 'containerId' | 'ifName'>[] }
  )

type Fields = Readonly<Record<string, unknown>>

const CONTAINER_ID = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/
const NETWORK = CONTAINER_ID
/** What a link can be called: linux/if.h, and dev_valid_name(). */
const IF_NAME = /^[^\s/:]{1,15}$/

/** Since which version a command is there. */
const SINCE = { CHECK: '0.4.0', GC: '1.1.0', STATUS: '1.1.0' } as const

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The version to answer in, whatever else is wrong with a request: the one it names, else the newest. */
export const versionToAnswer = (stdin: string): string => {
  const named = parseResult(stdin)?.cniVersion
  return typeof named === 'string' && named !== '' ? named : '1.1.0'
}

/** Reads what a runtime asks. Throws Refusal. */
export const readPluginRequest = ({ env, stdin }: SentRequest): PluginRequest => {
  const conf: Fields | undefined = parseResult(stdin)
  if (conf === undefined) throw new Refusal('unreadable', 'the configuration on standard input is no JSON object')
  const cniVersion = newestVersion([String(conf.cniVersion ?? '')])
  if (cniVersion === undefined)
    throw new Refusal(
      'incompatibleVersion',
      `cniVersion ${JSON.stringify(conf.cniVersion ?? '')} is not supported`,
      `${VERSION_RANGE} are`,
    )
  const network = String(conf.name ?? '')
  if (!NETWORK.test(network)) throw new Refusal('invalidConfiguration', 'the network has no valid name', network)
  const head = { cniVersion, network }
  const { CNI_COMMAND: command = '' } = env
  const since = SINCE[command as keyof typeof SINCE]
  if (since !== undefined && !isAtLeast(cniVersion, since))
    throw new Refusal('incompatibleVersion', `cniVersion ${cniVersion} does not know ${command}`, `${since} does`)
  switch (command) {
    case 'ADD':
      return { ...head, command, ...linkOf(env, true), ranges: rangesOf(conf) }
    case 'DEL':
      return { ...head, command, ...linkOf(env, false) }
    case 'CHECK': {
      const { prevResult } = conf
      if (!isObject(prevResult)) throw new Refusal('invalidConfiguration', 'CHECK comes with no prevResult')
      return { ...head, command, ...linkOf(env, true), prevResult }
    }
    case 'STATUS':
      return { ...head, command, ranges: rangesOf(conf) }
    case 'GC':
      return { ...head, command, valid: validOf(conf) }
    default:
      throw new Refusal('invalidEnvironment', `CNI_COMMAND ${JSON.stringify(command)} is not known`)
  }
}

const linkOf = (env: SentRequest['env'], needsNamespace: boolean): LinkRequest => {
  const { CNI_CONTAINERID: containerId = '', CNI_IFNAME: ifName = '', CNI_NETNS: netns = '' } = env
  const invalid = (name: string, value: string): Refusal =>
    new Refusal('invalidEnvironment', `${name} is ${value === '' ? 'missing' : 'invalid'}`, value)
  if (!CONTAINER_ID.test(containerId)) throw invalid('CNI_CONTAINERID', containerId)
  if (!IF_NAME.test(ifName) || ifName === '.' || ifName === '..') throw invalid('CNI_IFNAME', ifName)
  if (netns === '' ? needsNamespace : !netns.startsWith('/')) throw invalid('CNI_NETNS', netns)
  return { containerId, ifName, netns, pod: podOf(env.CNI_ARGS ?? '') }
}

/** Told for plugins in general: what is not ours is not refused where the runtime says so, as plugins do it. */
const KNOWN_ARGS = new Set([
  'IgnoreUnknown',
  'K8S_POD_NAMESPACE',
  'K8S_POD_NAME',
  'K8S_POD_UID',
  'K8S_POD_INFRA_CONTAINER_ID',
])

const podOf = (text: string): TellingPod | undefined => {
  const args = new Map<string, string>()
  for (const pair of text.split(';').filter(Boolean)) {
    const [name, value, ...more] = pair.split('=')
    if (!name || value === undefined || more.length > 0)
      throw new Refusal('invalidEnvironment', 'CNI_ARGS holds what is no NAME=VALUE', pair)
    args.set(name, value)
  }
  const mayBeUnknown = ['1', 't', 'true'].includes((args.get('IgnoreUnknown') ?? '').toLowerCase())
  const unknown = [...args.keys()].filter((name) => !KNOWN_ARGS.has(name))
  if (unknown.length > 0 && !mayBeUnknown)
    throw new Refusal('invalidEnvironment', 'CNI_ARGS holds what is not known, and no IgnoreUnknown=1', unknown.join())
  const [namespace = '', name = ''] = [args.get('K8S_POD_NAMESPACE'), args.get('K8S_POD_NAME')]
  return namespace === '' || name === '' ? undefined : { namespace, name, uid: args.get('K8S_POD_UID') ?? '' }
}

/** Of the capability `ipRanges`, the first of each family: what the runtime knows of the node's ranges. */
const rangesOf = ({ runtimeConfig }: Fields): readonly string[] => {
  const sets = isObject(runtimeConfig) ? runtimeConfig.ipRanges : undefined
  if (sets === undefined) return []
  const subnets = Array.isArray(sets) ? sets.flat().map((one) => (isObject(one) ? one.subnet : undefined)) : [undefined]
  const texts = subnets.map((one) => {
    if (typeof one !== 'string') throw new Refusal('invalidConfiguration', 'runtimeConfig.ipRanges has no subnets')
    return one
  })
  const first = (isIpv6: boolean) => texts.find((one) => one.includes(':') === isIpv6) ?? []
  return [first(false), first(true)].flat()
}

/** Who is attached, as the runtime knows it; without that word nobody may be taken for gone. */
const validOf = (conf: Fields): readonly Pick<LinkRequest, 'containerId' | 'ifName'>[] => {
  const listed = conf['cni.dev/valid-attachments'] ?? conf['cni.dev/attachments']
  if (!Array.isArray(listed)) throw new Refusal('invalidConfiguration', 'GC comes with no cni.dev/valid-attachments')
  return listed.map((one) => {
    const { containerID, ifname } = isObject(one) ? one : {}
    if (typeof containerID !== 'string' || typeof ifname !== 'string')
      throw new Refusal('invalidConfiguration', 'cni.dev/valid-attachments holds what is no attachment')
    return { containerId: containerID, ifName: ifname }
  })
}
