import type { DaemonSet } from '#api/apps/daemonset/message.ts'
import type { SecurityContext } from '#api/core/pod/spec/security.ts'
import { CNI_FOLDERS, PATHS, PROBE_PORT } from '#incluster/paths.ts'
import { settingsDigest } from './digest.ts'
import { type Installation, NODE_NAME, PART_OF, podLabels, SETTINGS_ANNOTATION, SETTINGS_NAME } from './installation.ts'
import { settingsText } from './settings-map.ts'

const probe = (path: string) => ({ httpGet: { path, port: PROBE_PORT, host: '127.0.0.1' } })

const hostFolder = (name: string, path: string) => ({ name, hostPath: { path, type: 'DirectoryOrCreate' as const } })

/** The namespaces of pods, as they are made, and what a runtime calls to attach them. */
const NETWORK_MOUNTS = [
  { name: 'netns', mountPath: '/run/netns', mountPropagation: 'HostToContainer' as const },
  { name: 'cni-programs', mountPath: CNI_FOLDERS.programs },
  { name: 'cni-configurations', mountPath: CNI_FOLDERS.configurations },
]
const NETWORK_FOLDERS = [
  hostFolder('netns', '/run/netns'),
  hostFolder('cni-programs', '/opt/cni/bin'),
  hostFolder('cni-configurations', '/etc/cni/net.d'),
]

/**
 * What the parts of a node do to its kernel. The network lays links into pods' namespaces and writes settings of the node,
 * for which there is no lesser right than all; the others need no more than these.
 */
const securityContext = ({ settings }: Installation): SecurityContext =>
  settings.parts.includes('network')
    ? { privileged: true, readOnlyRootFilesystem: true }
    : {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'], add: ['NET_ADMIN', 'NET_BIND_SERVICE', 'NET_RAW', 'SYS_ADMIN'] },
      }

/** The agents of the nodes, one each, in the nodes' own network. */
export const nodeDaemonSet = (installation: Installation): DaemonSet => {
  const { namespace, image, settings } = installation
  const hasNetwork = settings.parts.includes('network')
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: NODE_NAME, namespace, labels: { ...PART_OF, ...podLabels(NODE_NAME) } },
    spec: {
      selector: { matchLabels: podLabels(NODE_NAME) },
      // One at a time: what the kernel holds goes on while an agent is replaced, and a bad one stops at the first node.
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      template: {
        metadata: {
          labels: { ...PART_OF, ...podLabels(NODE_NAME) },
          annotations: { [SETTINGS_ANNOTATION]: settingsDigest(settingsText(settings)) },
        },
        spec: {
          serviceAccountName: NODE_NAME,
          hostNetwork: true,
          // Names are the node's: the cluster's DNS may be what is installed here.
          dnsPolicy: 'Default',
          priorityClassName: 'system-node-critical',
          tolerations: [{ operator: 'Exists' }],
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          terminationGracePeriodSeconds: 20,
          containers: [
            {
              name: 'agent',
              image,
              command: ['/usr/bin/node', '--max-semi-space-size=4', '/opt/fairlead/node.mjs'],
              env: [
                { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
                { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
                { name: 'MALLOC_ARENA_MAX', value: '2' },
              ],
              resources: { requests: { cpu: '50m', memory: '96Mi' } },
              securityContext: securityContext(installation),
              // So that a second installation's pods find no node, rather than be taken for ready by the first one's answers.
              ports: [
                {
                  name: 'probe',
                  containerPort: PROBE_PORT,
                  hostPort: PROBE_PORT,
                  hostIP: '127.0.0.1',
                  protocol: 'TCP',
                },
              ],
              startupProbe: { ...probe('/livez'), periodSeconds: 1, failureThreshold: 60 },
              livenessProbe: { ...probe('/livez'), periodSeconds: 10, failureThreshold: 6 },
              readinessProbe: { ...probe('/readyz'), periodSeconds: 2, failureThreshold: 2 },
              volumeMounts: [
                { name: 'settings', mountPath: '/etc/fairlead', readOnly: true },
                { name: 'run', mountPath: PATHS.run },
                { name: 'state', mountPath: '/var/lib/fairlead' },
                ...(hasNetwork ? NETWORK_MOUNTS : []),
              ],
            },
          ],
          volumes: [
            { name: 'settings', configMap: { name: SETTINGS_NAME } },
            hostFolder('run', PATHS.run),
            hostFolder('state', '/var/lib/fairlead'),
            ...(hasNetwork ? NETWORK_FOLDERS : []),
          ],
        },
      },
    },
  }
}
