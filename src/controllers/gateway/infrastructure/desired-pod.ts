import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import { DATA_PLANE_IMAGE, DATA_PLANE_LABELS, DATA_PLANE_NAME, HEALTH_PORT, RUN_FOLDER } from '#routes/data-plane.ts'

/** Until nodes and load balancers have taken a pod that goes out of what they send to. */
const LEAVING_SECONDS = 5
/** And until those that it still talks to have been served. */
const GRACE_SECONDS = 45
/** Nobody in particular. */
const USER = 65_532

const probe = { httpGet: { path: '/ready', port: 'health' } }
const container = {
  image: DATA_PLANE_IMAGE,
  volumeMounts: [{ name: 'run', mountPath: RUN_FOLDER }],
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
  lifecycle: { preStop: { sleep: { seconds: LEAVING_SECONDS } } },
} as const

/** What of a pod stays as it is here, whoever edits the Deployment. */
export const ownedPodSpec: PodSpec = {
  serviceAccountName: DATA_PLANE_NAME,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: USER,
    runAsGroup: USER,
    fsGroup: USER,
    seccompProfile: { type: 'RuntimeDefault' },
  },
  containers: [
    {
      ...container,
      name: 'haproxy',
      args: ['haproxy'],
      ports: [{ name: 'health', containerPort: HEALTH_PORT, protocol: 'TCP' }],
      startupProbe: { ...probe, periodSeconds: 1, failureThreshold: 60 },
      readinessProbe: { ...probe, periodSeconds: 2, failureThreshold: 2 },
    },
    {
      ...container,
      name: 'driver',
      args: ['driver'],
      env: [
        { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      ],
    },
  ],
  volumes: [{ name: 'run', emptyDir: { medium: 'Memory' } }],
}

/** What a pod begins with, and people may have otherwise. */
export const firstPodSpec: PodSpec = {
  priorityClassName: 'system-cluster-critical',
  terminationGracePeriodSeconds: GRACE_SECONDS,
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: DATA_PLANE_LABELS },
    },
  ],
  containers: [
    { name: 'haproxy', resources: { requests: { cpu: '100m', memory: '64Mi' } } },
    { name: 'driver', resources: { requests: { cpu: '100m', memory: '128Mi' } } },
  ],
}
