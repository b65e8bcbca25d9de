import type { GatewayClass } from '#api/gatewayapi/gatewayclass/message.ts'
import type { RouteOptions } from '../route-objects.ts'
import type { WantedStatus } from '../routes.ts'
import { SUPPORTED_FEATURES } from '../supported-features.ts'
import type { Fault } from '../values/fault.ts'
import { unless } from './condition.ts'

/** Why a GatewayClass of ours is not accepted: its Gateways are not looked at then. */
export const classRefusal = ({ spec }: GatewayClass): Fault | undefined =>
  spec.parametersRef === undefined
    ? undefined
    : {
        reason: 'InvalidParameters',
        message: `there are no parameters to a GatewayClass, and ${spec.parametersRef.kind} ${spec.parametersRef.name} is none`,
      }

export const classStatus = (one: GatewayClass, { bundleVersions }: RouteOptions): WantedStatus => ({
  object: { kind: 'GatewayClass', name: one.metadata?.name ?? '' },
  uid: one.metadata?.uid ?? '',
  generation: one.metadata?.generation ?? 0,
  status: {
    conditions: [unless('Accepted', classRefusal(one)), unless('SupportedVersion', unsupportedVersion(bundleVersions))],
    supportedFeatures: SUPPORTED_FEATURES.map((name) => ({ name })),
  },
})

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
