import type { Container } from '#api/core/pod/spec/container.ts'
import type { Probe } from '#api/core/pod/spec/probe.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import type { Volume } from '#api/core/pod/volume/volume.ts'
import type { Draft } from '#schema/defaulting.ts'
import type { Pod } from './message.ts'

/** 0644, written in decimal as JSON must. */
const FILE_MODE = 0o644
/** An hour, the lifetime of a projected ServiceAccount token when none is asked for. */
const TOKEN_SECONDS = 3600

/** Fills in, in place, the defaults of a pod. */
export const defaultPod = (pod: Draft<Pod>): void => {
  pod.spec ??= {}
  defaultPodSpec(pod.spec)
  defaultPodOnly(pod.spec)
  if (pod.status !== undefined) alignAddresses(pod.status)
}

/** `podIP` and `podIPs[0]` are one thing said twice, of which the older field counts. */
const alignAddresses = (status: NonNullable<Draft<Pod>['status']>): void => {
  const first = status.podIPs?.[0]?.ip
  if (status.podIP && first !== status.podIP) status.podIPs = [{ ip: status.podIP }]
  else if (!status.podIP && first) status.podIP = first
}

/** Fills in, in place, the defaults that hold for a pod and for a pod template alike. */
export const defaultPodSpec = (spec: Draft<PodSpec>): void => {
  spec.restartPolicy ||= 'Always'
  spec.dnsPolicy ||= 'ClusterFirst'
  spec.terminationGracePeriodSeconds ??= 30
  spec.schedulerName ||= 'default-scheduler'
  spec.securityContext ??= {}
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName
  else if (spec.serviceAccount) spec.serviceAccountName = spec.serviceAccount
  for (const container of containersOf(spec)) {
    defaultContainer(container)
  }
  for (const volume of spec.volumes ?? []) defaultVolume(volume)
}

/** Defaults of a pod alone: a template keeps them open. */
const defaultPodOnly = (spec: Draft<PodSpec>): void => {
  spec.enableServiceLinks ??= true
  // Less than no patience counts as the least of it.
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) spec.terminationGracePeriodSeconds = 1
  if (spec.hostNetwork)
    for (const { ports = [] } of [...(spec.initContainers ?? []), ...(spec.containers ?? [])])
      for (const port of ports) if (!port.hostPort) port.hostPort = port.containerPort
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    const limits = container.resources?.limits
    if (limits === undefined) continue
    container.resources!.requests ??= {}
    for (const [name, limit] of Object.entries(limits)) container.resources!.requests[name] ??= limit
  }
}

const containersOf = (spec: Draft<PodSpec>): readonly Draft<Container>[] => [
  ...(spec.initContainers ?? []),
  ...(spec.containers ?? []),
  ...(spec.ephemeralContainers ?? []),
]

const defaultContainer = (container: Draft<Container>): void => {
  container.imagePullPolicy ||= pullPolicyFor(container.image ?? '')
  container.terminationMessagePath ||= '/dev/termination-log'
  container.terminationMessagePolicy ||= 'File'
  for (const port of container.ports ?? []) port.protocol ||= 'TCP'
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe])
    if (probe !== undefined) defaultProbe(probe)
  for (const handler of [container.lifecycle?.postStart, container.lifecycle?.preStop])
    if (handler?.httpGet !== undefined) defaultHttpGet(handler.httpGet)
  for (const variable of container.env ?? []) {
    const from = variable.valueFrom
    if (from?.fieldRef !== undefined) from.fieldRef.apiVersion ||= 'v1'
  }
}

/** `latest`, named or implied, is pulled each time; any other tag, and a digest, only when it is not there. */
const pullPolicyFor = (image: string): 'Always' | 'IfNotPresent' => {
  if (image.includes('@')) return 'IfNotPresent'
  const tag = /:([^:/]+)$/.exec(image)?.[1]
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent'
}

const defaultProbe = (probe: Draft<Probe>): void => {
  probe.timeoutSeconds ||= 1
  probe.periodSeconds ||= 10
  probe.successThreshold ||= 1
  probe.failureThreshold ||= 3
  if (probe.httpGet !== undefined) defaultHttpGet(probe.httpGet)
  if (probe.grpc !== undefined) probe.grpc.service ??= ''
}

const defaultHttpGet = (action: { path?: string; scheme?: 'HTTP' | 'HTTPS' }): void => {
  action.path ||= '/'
  action.scheme ||= 'HTTP'
}

const defaultVolume = (volume: Draft<Volume>): void => {
  const { name: _, ...sources } = volume
  if (Object.keys(sources).length === 0) volume.emptyDir = {}
  if (volume.secret !== undefined) volume.secret.defaultMode ??= FILE_MODE
  if (volume.configMap !== undefined) volume.configMap.defaultMode ??= FILE_MODE
  if (volume.hostPath !== undefined) volume.hostPath.type ??= ''
  if (volume.image !== undefined) volume.image.pullPolicy ||= pullPolicyFor(volume.image.reference ?? '')
  const claim = volume.ephemeral?.volumeClaimTemplate?.spec
  if (claim !== undefined) claim.volumeMode ??= 'Filesystem'
  if (volume.downwardAPI !== undefined) {
    volume.downwardAPI.defaultMode ??= FILE_MODE
    for (const item of volume.downwardAPI.items ?? []) if (item.fieldRef) item.fieldRef.apiVersion ||= 'v1'
  }
  if (volume.projected !== undefined) {
    volume.projected.defaultMode ??= FILE_MODE
    for (const source of volume.projected.sources ?? []) {
      for (const item of source.downwardAPI?.items ?? []) if (item.fieldRef) item.fieldRef.apiVersion ||= 'v1'
      if (source.serviceAccountToken !== undefined) source.serviceAccountToken.expirationSeconds ??= TOKEN_SECONDS
    }
  }
}
