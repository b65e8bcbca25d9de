import type { Kind } from '#api/catalogue/kind.ts'
import { DeleteOptions } from '#api/meta/options.ts'
import { Status } from '#api/meta/status.ts'
import { groupVersion } from '#api/resource.ts'
import type { OpenApiOptions } from '#schema/openapi/openapi-document.ts'
import type { OpenApiResource } from '#schema/openapi/openapi-operations.ts'
import { type OpenApiV2, openApiV2Document } from '#schema/openapi/openapi-v2.ts'
import { encodeOpenApiV2 } from '#schema/openapi/openapi-v2-protobuf.ts'
import { openApiV3Document } from '#schema/openapi/openapi-v3.ts'
import type { MessageClass } from '#schema/schema.ts'
import type { Describe } from './descriptions.ts'

/** The name of a message's OpenAPI schema: `io.k8s.api.core.v1.Service`. Two groups may have messages of one name. */
export const modelName = (message: MessageClass<unknown>): string => `${message.package}.${message.messageName}`

const asked = ({ resource, subresources, answersDeleted = false, fieldType }: Kind): OpenApiResource => ({
  ...resource,
  subresources,
  answersDeleted,
  isUnkeyed: fieldType !== undefined,
})

const options = (kinds: readonly Kind[], describe: Describe): OpenApiOptions => {
  const groupVersions = [...new Map(kinds.map(({ resource }) => [groupVersion(resource), resource])).values()]
  return {
    version: '1.36',
    modelName,
    describe,
    deleteOptions: DeleteOptions,
    status: Status,
    // Every group takes DeleteOptions as its own.
    kindsOf: (message) =>
      message === DeleteOptions
        ? groupVersions.map(({ group, version }) => ({ group, kind: 'DeleteOptions', version }))
        : undefined,
  }
}

/**
 * The OpenAPI v3 document of the kinds of one group version, ready for JSON. Building costs some milliseconds: the
 * caller keeps the text.
 */
export const openApiV3 = (kinds: readonly Kind[], describe: Describe): object =>
  openApiV3Document(kinds.map(asked), options(kinds, describe))

/** The OpenAPI v2 document of all served kinds, ready for JSON. */
export const openApiV2 = (kinds: readonly Kind[], describe: Describe): OpenApiV2 =>
  openApiV2Document(kinds.map(asked), options(kinds, describe))

/**
 * The same as gnostic's protobuf, `application/com.github.proto-openapi.spec.v2@v1.0+protobuf`: what kubectl asks for.
 */
export const openApiV2Protobuf = (kinds: readonly Kind[], describe: Describe): Uint8Array =>
  encodeOpenApiV2(openApiV2(kinds, describe))
