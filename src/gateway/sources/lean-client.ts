import type { ApiObject, Resource } from '#api/resource.ts'
import type { Client } from '#client/client.ts'
import { LAST_APPLIED_ANNOTATION } from '#objects/well-known.ts'
import { DATA_PLANE_NAME, DATA_PLANE_NAMESPACE } from '#routes/data-plane.ts'
import { LONGEST_SETTING } from '#routes/settings/site-settings.ts'

/** What of a Secret routes may ask for. */
const SECRET_KEYS = ['tls.crt', 'tls.key']

/** Whether a ConfigMap is the one that pods report in. */
export const isReportMap = ({ metadata }: ApiObject): boolean =>
  metadata?.namespace === DATA_PLANE_NAMESPACE && metadata.name === DATA_PLANE_NAME

/** A client for caches: what comes out of lists and watches has only what routing asks for. */
export const leanClient = (client: Client): Client => ({
  ...client,
  list: async (resource, options) => {
    const list = await client.list(resource, options)
    return { ...list, items: list.items.map((object) => lean(resource, object)) }
  },
  watch: (resource, options, onEvent) =>
    client.watch(resource, options, (event) =>
      onEvent(event.type === 'BOOKMARK' ? event : { type: event.type, object: lean(resource, event.object) }),
    ),
})

const lean = <T extends ApiObject>(resource: Pick<Resource, 'kind' | 'group'>, object: T): T => {
  const { managedFields: _, annotations, ...metadata } = object.metadata ?? {}
  const { [LAST_APPLIED_ANNOTATION]: __, ...kept } = annotations ?? {}
  const other = resource.group === '' ? leanBody(resource.kind, object) : {}
  return {
    ...object,
    ...other,
    metadata: { ...metadata, ...(Object.keys(kept).length > 0 && { annotations: kept }) },
  }
}

const leanBody = (kind: string, object: ApiObject): object => {
  const isWhole = (name: string): boolean => name === 'ca.crt' || isReportMap(object)
  switch (kind) {
    case 'Secret':
      return { data: keptOf(object, (name, text) => (SECRET_KEYS.includes(name) ? text : undefined)) }
    case 'ConfigMap':
      // Names are kept: one that nobody understands is told. Certificates may be longer than settings, the rest may be
      // megabytes.
      return {
        data: keptOf(object, (name, text) => (isWhole(name) ? text : text.slice(0, LONGEST_SETTING + 1))),
        binaryData: undefined,
      }
    case 'Namespace':
      return { spec: undefined, status: undefined }
    default:
      return {}
  }
}

const keptOf = (object: ApiObject, keep: (name: string, text: string) => string | undefined): object => {
  const { data = {} } = object as { readonly data?: Readonly<Record<string, string>> }
  const kept = Object.entries(data).flatMap(([name, text]) => {
    const value = keep(name, text)
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(kept)
}
