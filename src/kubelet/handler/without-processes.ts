import type { Pod } from '#api/core/pod/message.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { Unsupported } from '../unsupported.ts'

const PROBES = ['startupProbe', 'livenessProbe', 'readinessProbe'] as const
const HOOKS = ['postStart', 'preStop'] as const
/** The volume that the API server gives to every pod that does not say no. */
const TOKEN_VOLUME = 'kube-api-access-'

const refuse = (field: string, reason: string): Unsupported => ({ field, reason, refused: true })

const ofContainer = (at: string, container: Container): readonly Unsupported[] => [
  ...PROBES.filter((probe) => container[probe]?.exec).map((probe) =>
    refuse(`${at}.${probe}.exec`, 'a virtual pod has no process to run it: use httpGet or tcpSocket'),
  ),
  ...HOOKS.filter((hook) => container.lifecycle?.[hook]?.exec).map((hook) =>
    refuse(`${at}.lifecycle.${hook}.exec`, 'a virtual pod has no process to run it: use httpGet or sleep'),
  ),
  ...(container.ports ?? [])
    .filter(({ protocol }) => protocol === 'SCTP')
    .map(({ containerPort }) =>
      refuse(`${at}.ports[${containerPort}].protocol`, 'a virtual pod does not answer by SCTP: use TCP or UDP'),
    ),
]

/** What a pod asks for that needs a process, and its RuntimeClass gives it none. */
export const withoutProcesses = ({ spec }: Pod): readonly Unsupported[] => [
  ...(spec?.hostNetwork
    ? [refuse('spec.hostNetwork', 'a virtual pod answers in a network of its own alone: leave it out')]
    : []),
  ...(spec?.initContainers ?? []).flatMap((one) => ofContainer(`spec.initContainers[${one.name}]`, one)),
  ...(spec?.containers ?? []).flatMap((one) => ofContainer(`spec.containers[${one.name}]`, one)),
  ...(spec?.securityContext?.sysctls?.length
    ? [
        {
          field: 'spec.securityContext.sysctls',
          reason: 'they are not set: a virtual pod has no process that they would be for',
          refused: false,
        },
      ]
    : []),
  ...(spec?.volumes ?? [])
    .filter(({ name }) => !name.startsWith(TOKEN_VOLUME))
    .map(({ name }) => ({
      field: `spec.volumes[${name}]`,
      reason: 'it is not made: a virtual pod has no process that could read it',
      refused: false,
    })),
]

/** Whoever looks for a fault in such a pod finds no process there, and none can be added. */
export const ephemeralWithoutProcess = (name: string): Unsupported =>
  refuse(
    `spec.ephemeralContainers[${name}]`,
    'nothing can run in a virtual pod: use a pod without a runtimeClassName beside it',
  )
