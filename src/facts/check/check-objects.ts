import type { DaemonSet } from '#api/apps/daemonset/message.ts'
import type { Namespace } from '#api/core/namespace/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { Labels } from '#objects/object.ts'

/** What a check makes in a cluster: all of it in a namespace of its own, which takes it away again. */
interface CheckObjects {
  readonly namespace: Namespace
  readonly daemonSets: readonly DaemonSet[]
  readonly services: readonly Service[]
}

export interface CheckPlan {
  /** `fairlead-check-x7k2q` */
  readonly name: string
  readonly image: string
  readonly imagePullSecrets?: readonly { readonly name?: string }[]
  /** On which probes in the network of nodes listen. */
  readonly nodePort: number
  /** Whether pods may stand in the network of nodes. */
  readonly onNodes: boolean
}

/** By it leftovers of a check that was killed are known. */
export const CHECK_LABEL = { 'app.kubernetes.io/name': 'fairlead-check' } as const
/** On which probes with a network of their own listen. */
export const PROBE_PORT = 8080
export const SERVICE_PORT = 80
const PROGRAM = ['/usr/bin/node', '/opt/fairlead/probe.mjs']

const labelsOf = (role: Role): Labels => ({ ...CHECK_LABEL, 'fairlead.dev/probe': role })
export type Role = 'pod' | 'node'

export const checkObjects = (plan: CheckPlan): CheckObjects => {
  const { name, onNodes } = plan
  const metadata = (of: string) => ({ name: of, namespace: name, labels: CHECK_LABEL })
  const service = (of: string, spec: object): Service =>
    ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata(of),
      spec: {
        selector: labelsOf('pod'),
        ipFamilyPolicy: 'PreferDualStack',
        ports: (['TCP', 'UDP'] as const).map((protocol) => ({
          name: protocol.toLowerCase(),
          protocol,
          port: SERVICE_PORT,
          targetPort: PROBE_PORT,
        })),
        ...spec,
      },
    }) as unknown as Service
  return {
    namespace: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name,
        // Pods in the network of a node are let in by the policy for privileged ones alone.
        labels: { ...CHECK_LABEL, 'pod-security.kubernetes.io/enforce': onNodes ? 'privileged' : 'baseline' },
      },
    } as unknown as Namespace,
    daemonSets: [daemonSet(plan, 'pod'), ...(onNodes ? [daemonSet(plan, 'node')] : [])],
    services: [service('web', { type: 'NodePort' }), service('headless', { clusterIP: 'None' })],
  }
}

const daemonSet = ({ name, image, imagePullSecrets, nodePort }: CheckPlan, role: Role): DaemonSet => {
  const labels = labelsOf(role)
  const port = role === 'node' ? nodePort : PROBE_PORT
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: role === 'node' ? 'nodes' : 'pods', namespace: name, labels: CHECK_LABEL },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          hostNetwork: role === 'node',
          ...(role === 'node' && { dnsPolicy: 'ClusterFirstWithHostNet' }),
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 0,
          tolerations: [{ operator: 'Exists' }],
          ...(imagePullSecrets && { imagePullSecrets }),
          containers: [
            {
              name: 'probe',
              image,
              command: [...PROGRAM, 'serve', String(port)],
              env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
              readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
              resources: { requests: { cpu: '5m', memory: '32Mi' }, limits: { memory: '96Mi' } },
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { drop: ['ALL'] },
                readOnlyRootFilesystem: true,
                runAsNonRoot: true,
                runAsUser: 65532,
                seccompProfile: { type: 'RuntimeDefault' },
              },
            },
          ],
        },
      },
    },
  } as unknown as DaemonSet
}

/** The command by which a probe's pod asks. */
export const askCommand = (timeoutMs: number, list: string): readonly string[] => [
  ...PROGRAM,
  'ask',
  String(timeoutMs),
  list,
]
