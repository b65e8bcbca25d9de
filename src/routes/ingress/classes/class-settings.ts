import type { ConfigMap } from '#api/core/configmap/message.ts'
import type { IngressClass } from '#api/networking/ingressclass/message.ts'
import { objectKey } from '#objects/object-key.ts'
import { DEFAULT_SITE_SETTINGS, SettingsReader, SITE_KEYS, type SiteSettings } from '../../settings/site-settings.ts'

/** What the parameters of an IngressClass say. */
export interface ClassSettings extends SiteSettings {
  readonly hostOwnership: 'shared' | 'exclusive'
}

export const DEFAULT_CLASS_SETTINGS: ClassSettings = { ...DEFAULT_SITE_SETTINGS, hostOwnership: 'shared' }

/** Where a ConfigMap is that a class names for the whole cluster. */
const CLUSTER_NAMESPACE = 'kube-system'
const KEYS = ['access-log', 'host-ownership', ...SITE_KEYS.slice(1)]

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
  const reader = new SettingsReader(key, data, KEYS)
  const settings = {
    accessLog: reader.choose('access-log', ['off', 'json']),
    requestMetrics: reader.choose('request-metrics', ['off', 'rule']),
    hostOwnership: reader.choose('host-ownership', ['shared', 'exclusive']),
    trusted: reader.trusted(),
  }
  return { settings, problems: reader.problems }
}
