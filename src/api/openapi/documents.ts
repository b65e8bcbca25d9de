import * as apps from '#api/apps-v1.ts'
import * as autoscaling from '#api/autoscaling-v1.ts'
import * as coordination from '#api/coordination-v1.ts'
import * as core from '#api/core-v1.ts'
import * as discovery from '#api/discovery-v1.ts'
import * as meta from '#api/meta-v1.ts'
import type { Resource } from '#api/resource.ts'
import type { OpenApiOptions } from '#schema/openapi/openapi-document.ts'
import { type OpenApiV2, openApiV2Document } from '#schema/openapi/openapi-v2.ts'
import { encodeOpenApiV2 } from '#schema/openapi/openapi-v2-protobuf.ts'
import { openApiV3Document } from '#schema/openapi/openapi-v3.ts'
import type { MessageClass } from '#schema/schema.ts'
import { describe } from './descriptions.ts'

const MODULES: readonly (readonly [prefix: string, module: object])[] = [
  ['io.k8s.apimachinery.pkg.apis.meta.v1', meta],
  ['io.k8s.api.core.v1', core],
  ['io.k8s.api.apps.v1', apps],
  ['io.k8s.api.discovery.v1', discovery],
  ['io.k8s.api.coordination.v1', coordination],
  ['io.k8s.api.autoscaling.v1', autoscaling],
]

let names: Map<unknown, string> | undefined

/** The name of a message's OpenAPI schema: `io.k8s.api.core.v1.Service`. Two groups may have messages of one name. */
export const modelName = (message: MessageClass<unknown>): string => {
  names ??= new Map(
    MODULES.flatMap(([prefix, module]) =>
      Object.entries(module).map(([name, exported]) => [exported, `${prefix}.${name}`] as const),
    ),
  )
  const name = names.get(message)
  if (name === undefined) throw new TypeError(`message ${message.messageName} stands in no table of the API`)
  return name
}

const options = (resources: readonly Resource[]): OpenApiOptions => {
  const groupVersions = [...new Map(resources.map((entry) => [`${entry.group}/${entry.version}`, entry])).values()]
  return {
    version: '1.36',
    modelName,
    describe,
    deleteOptions: meta.DeleteOptions,
    status: meta.Status,
    // Every group takes DeleteOptions as its own.
    kindsOf: (message) =>
      message === meta.DeleteOptions
        ? groupVersions.map(({ group, version }) => ({ group, kind: 'DeleteOptions', version }))
        : undefined,
    subresourceKinds: {
      scale: { gvk: { group: 'autoscaling', kind: 'Scale', version: 'v1' }, message: autoscaling.Scale },
      binding: { gvk: { group: '', kind: 'Binding', version: 'v1' }, message: core.Binding },
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
