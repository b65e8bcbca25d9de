import { Scale } from '#api/autoscaling/scale/message.ts'
import { Binding } from '#api/core/pod/binding.ts'
import { DeleteOptions } from '#api/meta/options.ts'
import { Status } from '#api/meta/status.ts'
import type { Resource } from '#api/resource.ts'
import type { OpenApiOptions } from '#schema/openapi/openapi-document.ts'
import { type OpenApiV2, openApiV2Document } from '#schema/openapi/openapi-v2.ts'
import { encodeOpenApiV2 } from '#schema/openapi/openapi-v2-protobuf.ts'
import { openApiV3Document } from '#schema/openapi/openapi-v3.ts'
import type { MessageClass } from '#schema/schema.ts'
import { describe } from './descriptions.ts'

/** The name of a message's OpenAPI schema: `io.k8s.api.core.v1.Service`. Two groups may have messages of one name. */
export const modelName = (message: MessageClass<unknown>): string => `${message.package}.${message.messageName}`

const options = (resources: readonly Resource[]): OpenApiOptions => {
  const groupVersions = [...new Map(resources.map((entry) => [`${entry.group}/${entry.version}`, entry])).values()]
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
    subresourceKinds: {
      scale: { gvk: { group: 'autoscaling', kind: 'Scale', version: 'v1' }, message: Scale },
      binding: { gvk: { group: '', kind: 'Binding', version: 'v1' }, message: Binding },
    },
  }
}

/**
 * The OpenAPI v3 document of the resources of one group version, ready for JSON. Building costs some milliseconds: the
 * caller keeps the text. The index of all documents is `openApiV3Index` of the schema room.
 */
export const openApiV3 = (resources: readonly Resource[]): object => openApiV3Document(resources, options(resources))

/** The OpenAPI v2 document of all served resources, ready for JSON. */
export const openApiV2 = (resources: readonly Resource[]): OpenApiV2 => openApiV2Document(resources, options(resources))

/**
 * The same as gnostic's protobuf, `application/com.github.proto-openapi.spec.v2@v1.0+protobuf`: what kubectl asks for.
 */
export const openApiV2Protobuf = (resources: readonly Resource[]): Uint8Array => encodeOpenApiV2(openApiV2(resources))
