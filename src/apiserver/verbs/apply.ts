import type { Kind } from '#api/catalogue/kind.ts'
import { readConfiguration } from '../http/request/configuration.ts'
import { type Exchange, mediaType } from '../http/request/exchange.ts'
import { readBody } from '../http/request/read-body.ts'
import { APPLY_TYPE, writeOptions } from '../http/request/write-options.ts'
import type { Application } from '../registry/applied.ts'

/** Whether a PATCH is a server-side apply. */
export const isApply = ({ request }: Exchange): boolean => mediaType(request) === APPLY_TYPE

/** The types of patches that a kind takes: what a strategic merge goes by, only a message says. */
export const patchTypesOf = (kind: Kind | undefined): readonly string[] => [
  'application/json-patch+json',
  'application/merge-patch+json',
  ...(kind?.fieldType === undefined ? ['application/strategic-merge-patch+json'] : []),
  APPLY_TYPE,
]

/** What a server-side apply brings. Throws ApiError 400. */
export const readApplication = async (exchange: Exchange): Promise<Application> => {
  const text = (await readBody(exchange)).toString()
  const { validation, force } = writeOptions(exchange)
  const { config, warnings } = await readConfiguration(text, validation)
  exchange.warnings.push(...warnings)
  return { config, force }
}
