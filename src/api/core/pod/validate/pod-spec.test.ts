import { test } from 'node:test'
import { container, holdPods } from '#api/testing/pods.ts'

test('a pod says of its resolver what resolvers take', () => {
  const dns = (dnsConfig: object) => ({ dnsConfig })
  holdPods([
    [dns({ searches: ['.', 'a_b.c.', 'd'], options: [{ name: 'ndots' }] }), []],
    [
      dns({ nameservers: ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'], options: [{}] }),
      [
        'dnsConfig.nameservers: Invalid value: ["10.0.0.1","10.0.0.2","10.0.0.3","10.0.0.4"]: must not have more than 3 nameservers',
        'dnsConfig.options[0]: Required value: must not be empty',
      ],
    ],
    [
      dns({ searches: ['-'] }),
      [
        `dnsConfig.searches[0]: Invalid value: "-": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')`,
      ],
    ],
  ])
})

test('gates have names of their own, and claims to devices one source', () => {
  holdPods([
    [{ schedulingGates: [{ name: 'a' }, { name: 'a' }] }, ['schedulingGates[1]: Duplicate value: "a"']],
    [
      { resourceClaims: [{ name: 'a' }, { name: 'a', resourceClaimName: 'x' }] },
      [
        'resourceClaims[0]: Invalid value: {"name":"a"}: must specify one of: `resourceClaimName`, `resourceClaimTemplateName`',
        'resourceClaims[1].name: Duplicate value: "a"',
      ],
    ],
    [
      { preemptionPolicy: 'Always' },
      ['preemptionPolicy: Unsupported value: "Always": supported values: "PreemptLowerPriority", "Never"'],
    ],
    [
      { volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }] },
      [
        'volumes[0].projected.sources[0].serviceAccountToken: Forbidden: must not be specified when serviceAccountName is not set',
      ],
    ],
  ])
})

const stoppedBy = (stopSignal: string) => [container({ lifecycle: { stopSignal } })]

test('a pod has nothing of Linux on Windows, nor the other way round, and its users fit what it shares', () => {
  const windowsOptions = { hostProcess: true }
  holdPods([
    [{ os: { name: 'linux' }, securityContext: { runAsUser: 1 } }, []],
    [{ os: { name: 'beos' } }, ['os: Unsupported value: "beos": supported values: "linux", "windows"']],
    [{ os: {} }, ['os.name: Required value: cannot be empty']],
    [
      {
        os: { name: 'windows' },
        hostPID: true,
        hostUsers: true,
        securityContext: { fsGroup: 1 },
        containers: [container({ securityContext: { privileged: true } })],
      },
      [
        'hostUsers: Forbidden: cannot be set for a windows pod',
        'hostPID: Forbidden: cannot be set for a windows pod',
        'securityContext.fsGroup: Forbidden: cannot be set for a windows pod',
        'containers[0].securityContext.privileged: Forbidden: cannot be set for a windows pod',
      ],
    ],
    [
      { os: { name: 'linux' }, securityContext: { windowsOptions } },
      [
        'hostNetwork: Invalid value: false: hostNetwork must be true if pod contains any hostProcess containers',
        'securityContext.windowsOptions: Forbidden: windows options cannot be set for a linux pod',
      ],
    ],
    [{ os: { name: 'linux' }, containers: stoppedBy('SIGRTMIN+3') }, []],
    [
      { containers: stoppedBy('SIGUSR1') },
      ['containers[0].lifecycle.stopSignal: Forbidden: may not be set for containers with empty `spec.os.name`'],
    ],
    [
      { os: { name: 'windows' }, containers: stoppedBy('SIGUSR1') },
      ['containers[0].lifecycle.stopSignal: Unsupported value: "SIGUSR1": supported values: "SIGKILL", "SIGTERM"'],
    ],
    [
      { hostUsers: false, hostNetwork: true, hostIPC: true },
      [
        'hostNetwork: Forbidden: when `pod.Spec.HostUsers` is false',
        'HostIPC: Forbidden: when `pod.Spec.HostUsers` is false',
      ],
    ],
  ])
})
