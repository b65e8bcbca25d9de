import type { WantedCondition, WantedStatus } from '../routes.ts'

/** Reasons of conditions as the Gateway API v1.5 defines them, by kind and type, those of True first. */
interface Reasons {
  readonly [type: string]: readonly [yes: readonly string[], no: readonly string[]]
}

const CONFLICTS = ['HostnameConflict', 'ProtocolConflict', 'ListenerConflict']
const LISTENER: Reasons = {
  Accepted: [
    ['Accepted'],
    ['PortUnavailable', 'UnsupportedProtocol', 'NoValidCACertificate', 'UnsupportedValue', ...CONFLICTS],
  ],
  Conflicted: [CONFLICTS, ['NoConflicts']],
  ResolvedRefs: [
    ['ResolvedRefs'],
    [
      'InvalidCertificateRef',
      'InvalidRouteKinds',
      'RefNotPermitted',
      'InvalidCACertificateRef',
      'InvalidCACertificateKind',
    ],
  ],
  // Its suite wants that of the conflict here as well.
  Programmed: [['Programmed'], ['Invalid', 'Pending', ...CONFLICTS]],
  OverlappingTLSConfig: [['OverlappingHostnames', 'OverlappingCertificates'], []],
}
const ROUTE: Reasons = {
  Accepted: [
    ['Accepted'],
    [
      'NotAllowedByListeners',
      'NoMatchingListenerHostname',
      'NoMatchingParent',
      'UnsupportedValue',
      'IncompatibleFilters',
      // Of two kinds of routes that claim one hostname: the API has no word for it.
      'HostnameConflict',
    ],
  ],
  ResolvedRefs: [
    ['ResolvedRefs'],
    // For a policy that breaks a backend the API has no word either.
    ['RefNotPermitted', 'InvalidKind', 'BackendNotFound', 'UnsupportedProtocol', 'InvalidBackendTLSPolicy'],
  ],
  PartiallyInvalid: [['UnsupportedValue', 'IncompatibleFilters'], []],
}
const OBJECTS: { readonly [kind: string]: Reasons } = {
  GatewayClass: {
    Accepted: [['Accepted'], ['InvalidParameters', 'Unsupported', 'UnsupportedVersion']],
    SupportedVersion: [['SupportedVersion'], ['UnsupportedVersion']],
  },
  Gateway: {
    Accepted: [
      ['Accepted', 'ListenersNotValid'],
      ['ListenersNotValid', 'UnsupportedAddress', 'InvalidParameters'],
    ],
    Programmed: [['Programmed'], ['Invalid', 'Pending', 'NoResources', 'AddressNotAssigned', 'AddressNotUsable']],
    ResolvedRefs: [['ResolvedRefs'], ['RefNotPermitted', 'InvalidClientCertificateRef', 'ListenersNotResolved']],
    InsecureFrontendValidationMode: [['ConfigurationChanged'], []],
  },
  ListenerSet: {
    Accepted: [
      ['Accepted', 'ListenersNotValid'],
      ['Invalid', 'NotAllowed', 'ParentNotAccepted', 'ListenersNotValid'],
    ],
    // Its suite wants those of Accepted here as well.
    Programmed: [['Programmed'], ['Invalid', 'Pending', 'NotAllowed', 'ParentNotAccepted', 'ListenersNotValid']],
  },
  BackendTLSPolicy: {
    Accepted: [['Accepted'], ['Conflicted', 'Invalid', 'TargetNotFound', 'NoValidCACertificate']],
    ResolvedRefs: [['ResolvedRefs'], ['InvalidCACertificateRef', 'InvalidKind', 'RefNotPermitted']],
  },
  HTTPRoute: ROUTE,
  GRPCRoute: ROUTE,
  TLSRoute: ROUTE,
  TCPRoute: ROUTE,
  UDPRoute: ROUTE,
}

interface AnyStatus {
  readonly conditions?: readonly WantedCondition[]
  readonly [list: string]: unknown
}

const listOf = (value: unknown): readonly AnyStatus[] => (Array.isArray(value) ? value : [])

/** What of conditions is not as the API has it: another reason, or nothing that is said. */
export const conditionFaults = (statuses: readonly WantedStatus[]): readonly string[] =>
  statuses.flatMap(({ object: { kind, name }, status }) => {
    const faultsOf = (reasons: Reasons | undefined, { conditions = [] }: AnyStatus): readonly string[] =>
      conditions.flatMap(({ type, status: is, reason, message }) => {
        const known = reasons?.[type]?.[is === 'True' ? 0 : 1].includes(reason)
        return known && message !== '' ? [] : [`${kind} ${name}: ${type} ${is} ${reason}: ${JSON.stringify(message)}`]
      })
    const all = status as AnyStatus
    return [
      ...faultsOf(OBJECTS[kind], all),
      ...listOf(all.listeners).flatMap((one) => faultsOf(LISTENER, one)),
      ...[...listOf(all.parents), ...listOf(all.ancestors)].flatMap((one) => faultsOf(OBJECTS[kind], one)),
    ]
  })
