import type { ApiObject, Resource } from '#api/resource.ts'
import type { Client } from '#client/client.ts'
import { LAST_APPLIED_ANNOTATION } from '#objects/well-known.ts'

/** What of a Secret or a ConfigMap routes may ask for; the rest may be megabytes. */
const KEPT_DATA = ['tls.crt', 'tls.key', 'ca.crt']

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
  switch (kind) {
    case 'Secret':
    case 'ConfigMap': {
      const { data = {} } = object as { readonly data?: Readonly<Record<string, string>> }
      const kept = KEPT_DATA.flatMap((name) => (data[name] === undefined ? [] : [[name, data[name]] as const]))
      return { data: Object.fromEntries(kept), binaryData: undefined }
    }
    case 'Namespace':
      return { spec: undefined, status: undefined }
    default:
      return {}
  }
}
