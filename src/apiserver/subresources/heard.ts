import { attributesOf } from '../webhooks/attributes.ts'
import type { CreatingHandler, SubresourceHandler } from './subresource.ts'

/** A part that is asked for and not kept: whoever has a say in it is asked first, and what it does then is spoken for. */
export const heard = (handler: CreatingHandler): SubresourceHandler => ({
  async create(registry, resource, name, body, request) {
    const { subresource = '', dryRun = false } = request
    const [version = '', group = ''] = (body.apiVersion ?? '').split('/').reverse()
    const kind = { group, version, kind: body.kind ?? '' }
    const told = { operation: 'CREATE', kind, subresource, name, object: body, dryRun } as const
    const object = await registry.heard({ ...attributesOf(resource, request, told), object: body }, request)
    return handler.create(registry, resource, name, object, { ...request, isHeard: true })
  },
})
