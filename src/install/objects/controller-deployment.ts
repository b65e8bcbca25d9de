import type { Deployment } from '#api/apps/deployment/message.ts'
import { CONTROLLER_PROBE_PORT } from '#incluster/paths.ts'
import { settingsDigest } from './digest.ts'
import {
  CONTROLLER_NAME,
  type Installation,
  PART_OF,
  podLabels,
  SETTINGS_ANNOTATION,
  SETTINGS_NAME,
} from './installation.ts'
import { settingsText } from './settings-map.ts'

const probe = (path: string) => ({ httpGet: { path, port: CONTROLLER_PROBE_PORT, host: '127.0.0.1' } })
const fieldOf = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } })
/** Nobody in particular. */
const USER = 65_532

/**
 * What one process does for the whole cluster, and one that waits to do it. In the node's network: nodes may be waiting
 * for the ranges that it gives before any pod has another.
 */
export const controllerDeployment = (installation: Installation): Deployment => {
  const { namespace, image, settings } = installation
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: CONTROLLER_NAME, namespace, labels: { ...PART_OF, ...podLabels(CONTROLLER_NAME) } },
    spec: {
      replicas: installation.nodes === 1 ? 1 : 2,
      selector: { matchLabels: podLabels(CONTROLLER_NAME) },
      // Of its port a node has one: the old one goes before the new one comes.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      template: {
        metadata: {
          labels: { ...PART_OF, ...podLabels(CONTROLLER_NAME) },
          annotations: { [SETTINGS_ANNOTATION]: settingsDigest(settingsText(settings)) },
        },
        spec: {
          serviceAccountName: CONTROLLER_NAME,
          hostNetwork: true,
          dnsPolicy: 'Default',
          priorityClassName: 'system-cluster-critical',
          tolerations: [
            { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' },
            { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoSchedule' },
            { key: 'node.kubernetes.io/network-unavailable', operator: 'Exists', effect: 'NoSchedule' },
          ],
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          securityContext: {
            runAsNonRoot: true,
            runAsUser: USER,
            runAsGroup: USER,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          terminationGracePeriodSeconds: 20,
          containers: [
            {
              name: 'controller',
              image,
              command: ['/usr/bin/node', '/opt/fairlead/controller.mjs'],
              env: [
                fieldOf('POD_NAME', 'metadata.name'),
                fieldOf('POD_NAMESPACE', 'metadata.namespace'),
                { name: 'FAIRLEAD_IMAGE', value: image },
                { name: 'MALLOC_ARENA_MAX', value: '2' },
              ],
              resources: { requests: { cpu: '50m', memory: '128Mi' } },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              ports: [
                {
                  name: 'probe',
                  containerPort: CONTROLLER_PROBE_PORT,
                  hostPort: CONTROLLER_PROBE_PORT,
                  hostIP: '127.0.0.1',
                  protocol: 'TCP',
                },
              ],
              startupProbe: { ...probe('/livez'), periodSeconds: 1, failureThreshold: 60 },
              livenessProbe: { ...probe('/livez'), periodSeconds: 10, failureThreshold: 6 },
              readinessProbe: { ...probe('/readyz'), periodSeconds: 5 },
              volumeMounts: [{ name: 'settings', mountPath: '/etc/fairlead', readOnly: true }],
            },
          ],
          volumes: [{ name: 'settings', configMap: { name: SETTINGS_NAME } }],
        },
      },
    },
  }
}
