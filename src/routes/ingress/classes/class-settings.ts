import type { ConfigMap } from '#api/core/configmap/message.ts'
import type { IngressClass } from '#api/networking/ingressclass/message.ts'
import { objectKey } from '#objects/object-key.ts'
import { readBoolean, readRanges } from '../annotations/values.ts'

/** What the parameters of an IngressClass say. */
export interface ClassSettings {
  readonly accessLog: 'json' | 'off'
  readonly hostOwnership: 'shared' | 'exclusive'
  /** Ranges whose `X-Forwarded-*` headers are believed; empty: nobody's. */
  readonly trusted: readonly string[]
}

export const DEFAULT_CLASS_SETTINGS: ClassSettings = { accessLog: 'off', hostOwnership: 'shared', trusted: [] }

/** Where a ConfigMap is that a class names for the whole cluster. */
const CLUSTER_NAMESPACE = 'kube-system'
const KEYS = ['access-log', 'host-ownership', 'use-forwarded-headers', 'trusted-proxies']

/** A class's settings, and what of its parameters cannot be honoured, a sentence each. */
export const readClassSettings = (
  { spec }: IngressClass,
  configMap: (key: string) => ConfigMap | undefined,
): { readonly settings: ClassSettings; readonly problems: readonly string[] } => {
  const parameters = spec?.parameters
  const defaults = (why: string) => ({
    settings: DEFAULT_CLASS_SETTINGS,
    problems: [`spec.parameters: ${why}; the defaults hold`],
  })
  if (parameters === undefined) return { settings: DEFAULT_CLASS_SETTINGS, problems: [] }
  const { apiGroup, kind, name, namespace = CLUSTER_NAMESPACE } = parameters
  if (apiGroup || kind !== 'ConfigMap')
    return defaults(`${kind}${apiGroup ? `.${apiGroup}` : ''} is not understood, a ConfigMap is`)
  const key = objectKey(namespace, name)
  const found = configMap(key)
  return found === undefined ? defaults(`there is no ConfigMap ${key}`) : readData(key, found.data ?? {})
}

const readData = (
  key: string,
  data: { readonly [key: string]: string },
): { readonly settings: ClassSettings; readonly problems: readonly string[] } => {
  const problems: string[] = []
  const wrong = (name: string, why: string, instead: string): void => {
    problems.push(
      `ConfigMap ${key}: ${name} is ${JSON.stringify(data[name])}, which ${why}; what holds instead: ${instead}`,
    )
  }
  const choose = <const T extends string>(name: string, choices: readonly [T, T]): T => {
    const text = data[name]?.trim()
    const found = choices.find((choice) => choice === text)
    if (found === undefined && text !== undefined) wrong(name, `is neither ${choices.join(' nor ')}`, choices[0])
    return found ?? choices[0]
  }
  for (const name of Object.keys(data))
    if (!KEYS.includes(name))
      problems.push(`ConfigMap ${key}: ${name} is not understood, and has no effect; there are ${KEYS.join(', ')}`)
  const accessLog = choose('access-log', ['off', 'json'])
  const hostOwnership = choose('host-ownership', ['shared', 'exclusive'])
  const uses = readBoolean(data['use-forwarded-headers']?.trim() ?? 'false')
  if (uses === undefined) wrong('use-forwarded-headers', 'is neither true nor false', 'false')
  const { ranges, odd } = readRanges(data['trusted-proxies'] ?? '')
  if (odd.length > 0)
    wrong(
      'trusted-proxies',
      `has what is neither an address nor a CIDR: ${odd.join(', ')}`,
      ranges.join(', ') || 'nobody',
    )
  if (uses && ranges.length === 0)
    problems.push(`ConfigMap ${key}: use-forwarded-headers is true, but trusted-proxies names nobody who is believed`)
  return { settings: { accessLog, hostOwnership, trusted: uses ? ranges : [] }, problems }
}
