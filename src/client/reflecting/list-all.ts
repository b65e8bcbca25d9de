import type { ApiObject, Resource } from '#api/resource.ts'
import { type Client, isGone, type List, type ListOptions } from '../client.ts'

/** As client-go's: an answer of a few hundred kilobytes. */
const PAGE = 500
/** So often a list begins anew of which the server forgot the middle; then it is asked for in one. */
const MOST_BEGINNINGS = 2

/** Everything there is: of a remote server in pages, so that neither side holds all of it as one text. */
export const listAll = async <T extends ApiObject>(
  client: Client,
  resource: Resource<T>,
  selection: ListOptions,
): Promise<List<T>> => {
  if (client.remote === undefined) return client.list(resource, selection)
  for (let beginnings = 0; beginnings < MOST_BEGINNINGS; beginnings++)
    try {
      return await pages(client, resource, selection)
    } catch (error) {
      // What a page continues is kept for some minutes; a list that takes longer begins again.
      if (!isGone(error)) throw error
    }
  return client.list(resource, selection)
}

const pages = async <T extends ApiObject>(
  client: Client,
  resource: Resource<T>,
  selection: ListOptions,
): Promise<List<T>> => {
  const items: T[] = []
  let page = await client.list(resource, { ...selection, limit: PAGE })
  for (;;) {
    for (const item of page.items) items.push(item)
    if (page.continue === undefined) return { items, resourceVersion: page.resourceVersion }
    page = await client.list(resource, { ...selection, limit: PAGE, continue: page.continue })
  }
}
