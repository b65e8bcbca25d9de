import { customResourceDefinitions } from '#api/apiextensions/customresourcedefinition/resource.ts'
import type { Resource } from '#api/resource.ts'
import { sendBytes } from '../http/answer/respond.ts'
import type { Exchange, Stage } from '../http/request/exchange.ts'
import type { ServerContext } from '../server-context.ts'
import { findKind } from './resources.ts'

const GROUP = customResourceDefinitions.group
/** What kubectl up to 1.21 asks to know whether a kind is a custom resource; a 404 is what it would then report. */
const OLD_LIST = `/apis/${GROUP}/v1beta1/customresourcedefinitions`

/** Requests whose answer depends on what is defined. */
const asksForDefined = (server: ServerContext, { info }: Exchange): boolean => {
  if (info.kind !== 'resource') return info.path.startsWith('/api') || info.path.startsWith('/openapi')
  return info.group === GROUP || findKind(server, info) === undefined
}

/** Who asks for what was defined a moment ago finds it: what is written of definitions is made true first. */
export const customResources =
  (server: ServerContext): Stage =>
  (exchange) => {
    const { info } = exchange
    if (info.path === OLD_LIST && info.kind === 'resource' && info.verb === 'list') return oldList(exchange, server)
    const settled = asksForDefined(server, exchange) ? server.custom.settled : undefined
    return settled === undefined ? false : settled.then(() => false)
  }

const oldList = (exchange: Exchange, { registry }: ServerContext): boolean | Promise<boolean> => {
  const { items, resourceVersion } = registry.list(customResourceDefinitions as unknown as Resource, {})
  const list = {
    kind: 'CustomResourceDefinitionList',
    apiVersion: `${GROUP}/v1beta1`,
    metadata: { resourceVersion },
    items: items.map((item) => ({ ...item, apiVersion: `${GROUP}/v1beta1` })),
  }
  return sendBytes(exchange, 200, 'application/json', `${JSON.stringify(list)}\n`)
}
