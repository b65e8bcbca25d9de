import type { ConfigMap } from '#api/core/configmap/message.ts'
import type { Gateway } from '#api/gatewayapi/gateway/message.ts'
import type { GatewayClass } from '#api/gatewayapi/gatewayclass/message.ts'
import { objectKey } from '#objects/object-key.ts'
import type { Fault } from '../values/fault.ts'
import { DEFAULT_SITE_SETTINGS, SettingsReader, SITE_KEYS, type SiteSettings } from './site-settings.ts'

type ConfigMaps = (key: string) => ConfigMap | undefined
type Found = SiteSettings | Fault

/** What a GatewayClass' parameters say for its Gateways, or why they cannot be honoured. */
export const classParameters = ({ spec: { parametersRef } }: GatewayClass, configMap: ConfigMaps): Found => {
  if (parametersRef === undefined) return DEFAULT_SITE_SETTINGS
  const { namespace } = parametersRef
  return namespace
    ? read({ ...parametersRef, namespace }, configMap)
    : invalid(`${parametersRef.kind} ${parametersRef.name} needs a namespace`)
}

/** Of a Gateway: its own in its namespace, else those of its class. */
export const gatewayParameters = (gateway: Gateway, ofClass: SiteSettings, configMap: ConfigMaps): Found => {
  const own = gateway.spec.infrastructure?.parametersRef
  return own === undefined ? ofClass : read({ ...own, namespace: gateway.metadata?.namespace ?? '' }, configMap)
}

interface Reference {
  readonly group: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

const read = ({ group, kind, namespace, name }: Reference, configMap: ConfigMaps): Found => {
  if (group !== '' || kind !== 'ConfigMap')
    return invalid(`${kind}${group && `.${group}`} ${name} is not understood, a ConfigMap is`)
  const key = objectKey(namespace, name)
  const found = configMap(key)
  if (found === undefined) return invalid(`there is no ConfigMap ${key}`)
  const reader = new SettingsReader(key, found.data ?? {}, SITE_KEYS)
  const settings = {
    accessLog: reader.choose('access-log', ['off', 'json']),
    requestMetrics: reader.choose('request-metrics', ['off', 'rule']),
    trusted: reader.trusted(),
  }
  return reader.problems.length === 0 ? settings : invalid(reader.problems.join('; '))
}

const invalid = (message: string): Fault => ({ reason: 'InvalidParameters', message })

/** Whether there is a reason against it. */
export const isFault = (found: Found): found is Fault => 'reason' in found
