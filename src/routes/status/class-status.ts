import type { GatewayClass } from '#api/gatewayapi/gatewayclass/message.ts'
import type { RouteObjects, RouteOptions } from '../route-objects.ts'
import type { WantedStatus } from '../routes.ts'
import { classParameters, isFault } from '../settings/parameters.ts'
import { SUPPORTED_FEATURES } from '../supported-features.ts'
import type { Fault } from '../values/fault.ts'
import { unless } from './condition.ts'

export const classStatus = (one: GatewayClass, { configMap }: RouteObjects, options: RouteOptions): WantedStatus => {
  const parameters = classParameters(one, configMap)
  return {
    object: { kind: 'GatewayClass', name: one.metadata?.name ?? '' },
    uid: one.metadata?.uid ?? '',
    generation: one.metadata?.generation ?? 0,
    status: {
      conditions: [
        unless('Accepted', isFault(parameters) ? parameters : undefined, 'Gateways of the class are served'),
        unless(
          'SupportedVersion',
          unsupportedVersion(options.bundleVersions),
          'the definitions of the Gateway API are of a version that is supported',
        ),
      ],
      supportedFeatures: SUPPORTED_FEATURES.map((name) => ({ name })),
    },
  }
}

/** The definitions that this was written by; older ones have less. */
const NEWEST = 5

const unsupportedVersion = (versions: readonly string[]): Fault | undefined => {
  const others = versions.filter((version) => {
    const minor = /^v1\.(\d+)\.\d+$/.exec(version)?.[1]
    return minor === undefined || Number(minor) > NEWEST
  })
  return others.length === 0
    ? undefined
    : {
        reason: 'UnsupportedVersion',
        message: `the definitions are of the version ${others.map((version) => version || '(none)').join(', ')}; supported is v1.0.0 to v1.${NEWEST}.x`,
      }
}
