import type { Kind } from '#api/catalogue/kind.ts'
import { meta } from '#api/meta/descriptions.ts'
import type { SchemaNaming } from '#schema/openapi/openapi-schemas.ts'
import { own } from '#schema/own.ts'
import type { Descriptions } from './description.ts'

/** Fields that mean the same in every kind, unless it says otherwise. */
const EVERYWHERE: { readonly [field: string]: string } = {
  apiVersion: 'APIVersion defines by which group and version the object is written, such as v1 or apps/v1.',
  kind: 'The kind, such as Service.',
  metadata: "Standard object's metadata: its name, its labels, and what else every object has.",
  items: 'The objects of the list.',
}

/** A few words about a message, or about its field. */
export type Describe = NonNullable<SchemaNaming['describe']>

/** What `kubectl explain` says, by what the kinds say of their messages: loaded when it is first asked for. */
export const describing = async (kinds: readonly Kind[]): Promise<Describe> => {
  const loaded = await Promise.all(kinds.map(({ descriptions }) => descriptions?.()))
  const all: Descriptions = Object.assign({}, meta, ...loaded.map((one) => one?.descriptions))
  return (messageName, field) => {
    const known = own(all, messageName)
    if (field !== undefined) return own(known?.fields, field) ?? own(EVERYWHERE, field)
    if (known === undefined && messageName.endsWith('List')) return `A list of ${messageName.slice(0, -4)} objects.`
    return known?.about
  }
}
