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
  volumeMounts: [{ name: 'run', mountPath: RUN_FOLDER }],
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
  lifecycle: { preStop: { sleep: { seconds: LEAVING_SECONDS } } },
} as const

/** Where clients look for what a pod has of its ServiceAccount. */
const ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount'
/** As the API server gives it to pods that ask for nothing else. */
const account = {
  name: 'account',
  projected: {
    sources: [
      { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
        },
      },
    ],
  },
}

/**
 * In an image of ours that is not made for this alone, the signal by which HAProxy serves whom it has to the end is not the
 * image's: who is asked to leave sends it by itself.
 */
const leaveBySignal = { exec: { command: ['/usr/bin/node', '/opt/fairlead/start.mjs', 'leave', `${LEAVING_SECONDS}`] } }

/** What of a pod stays as it is here, whoever edits the Deployment. `image`: absent, the one that nodes of ours have. */
export const ownedPodSpec = (image?: string): PodSpec => ({
  serviceAccountName: DATA_PLANE_NAME,
  // The driver alone has it: HAProxy, which strangers talk to, has no use for what reads Secrets.
  automountServiceAccountToken: false,
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
      image: image ?? DATA_PLANE_IMAGE,
      ...(image !== undefined && { lifecycle: { preStop: leaveBySignal } }),
      name: 'haproxy',
      args: ['haproxy'],
      ports: [{ name: 'health', containerPort: HEALTH_PORT, protocol: 'TCP' }],
      startupProbe: { ...probe, periodSeconds: 1, failureThreshold: 60 },
      readinessProbe: { ...probe, periodSeconds: 2, failureThreshold: 2 },
    },
    {
      ...container,
      image: image ?? DATA_PLANE_IMAGE,
      name: 'driver',
      args: ['driver'],
      volumeMounts: [...container.volumeMounts, { name: 'account', mountPath: ACCOUNT_FOLDER, readOnly: true }],
      env: [
        { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      ],
    },
  ],
  volumes: [{ name: 'run', emptyDir: { medium: 'Memory' } }, account],
})

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
