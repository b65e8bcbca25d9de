import { test } from 'node:test'
import { container, holdPods } from '#api/testing/pods.ts'

const resources = (limits: object, requests: object = {}) => ({
  containers: [container({ resources: { limits, requests } })],
})

test('what a node gives away once is asked for in whole, and with its limit', () => {
  const at = 'containers[0].resources'
  holdPods([
    [resources({ 'example.com/gpu': '2' }, { 'example.com/gpu': '2' }), []],
    [resources({ 'hugepages-2Mi': '4Mi', cpu: '1' }), []],
    [
      resources({ 'example.com/gpu': '1500m', 'requests.example.com/gpu': '1' }),
      [
        `${at}.limits[example.com/gpu]: Invalid value: "1500m": must be an integer`,
        `${at}.limits[requests.example.com/gpu]: Invalid value: "requests.example.com/gpu": doesn't follow extended resource name standard`,
        `${at}.requests[example.com/gpu]: Invalid value: "1500m": must be an integer`,
        `${at}.requests[requests.example.com/gpu]: Invalid value: "requests.example.com/gpu": doesn't follow extended resource name standard`,
      ],
    ],
    [
      resources({}, { 'example.com/gpu': '1' }),
      [`${at}.limits: Required value: Limit must be set for non overcommitable resources`],
    ],
    [
      resources({ 'example.com/gpu': '2' }, { 'example.com/gpu': '1' }),
      [`${at}.requests: Invalid value: "1": must be equal to example.com/gpu limit of 2`],
    ],
    [
      resources({ 'hugepages-2Mi': '3Mi' }, { 'hugepages-2Mi': '3Mi' }),
      [
        `${at}.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi`,
        `${at}.requests[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi`,
        `${at}: Forbidden: HugePages require cpu or memory`,
      ],
    ],
    [
      { containers: [container({ resources: { claims: [{ name: 'a' }, { name: 'a' }] } })] },
      [
        `${at}.claims[0]: Not found: "a": must be one of the names in pod.spec.resourceClaims which is empty`,
        `${at}.claims[1]: Duplicate value: "a"`,
        `${at}.claims[1]: Not found: "a": must be one of the names in pod.spec.resourceClaims which is empty`,
      ],
    ],
    [
      { overhead: { gpu: '1' } },
      [
        'overhead.limits[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified',
        'overhead.limits[gpu]: Invalid value: "gpu": must be a standard resource for containers',
      ],
    ],
    [
      { resources: { limits: { 'example.com/gpu': '1' } } },
      [
        'resources.limits[example.com/gpu]: Unsupported value: "example.com/gpu": supported values: "cpu", "hugepages-", "memory"',
      ],
    ],
  ])
})

test('a port of the node is one container’s', () => {
  const port = (hostPort: number, hostIP = '') =>
    container({ name: `c${hostPort}`, ports: [{ containerPort: 1, hostPort, hostIP }] })
  holdPods([
    [{ containers: [port(1), port(2)] }, []],
    [
      {
        containers: [
          { ...port(1), name: 'a' },
          { ...port(1), name: 'b' },
        ],
      },
      ['containers[1].ports[0].hostPort: Duplicate value: "TCP//1"'],
    ],
  ])
})

test('when a container is started again may be its own affair', () => {
  const with1 = (more: object) => ({ containers: [container(more)] })
  const rule = { action: 'Restart', exitCodes: { operator: 'In', values: [3] } }
  const at = 'containers[0]'
  holdPods([
    [with1({ restartPolicy: 'Never', restartPolicyRules: [rule] }), []],
    [
      with1({ restartPolicyRules: [rule] }),
      [`${at}.restartPolicy: Required value: must specify restartPolicy when restart rules are used`],
    ],
    [
      with1({
        restartPolicy: 'Often',
        restartPolicyRules: [{ action: 'Stop', exitCodes: { operator: 'Is' } }, { action: 'Restart' }],
      }),
      [
        `${at}.restartPolicy: Unsupported value: "Often": supported values: "Always", "Never", "OnFailure"`,
        `${at}.restartPolicyRules[0].action: Unsupported value: "Stop": supported values: "Restart", "RestartAllContainers"`,
        `${at}.restartPolicyRules[0].exitCodes.operator: Unsupported value: "Is": supported values: "In", "NotIn"`,
        `${at}.restartPolicyRules[1].exitCodes: Required value: must be specified`,
      ],
    ],
    [
      with1({
        resizePolicy: [
          { resourceName: 'cpu', restartPolicy: 'NotRequired' },
          { resourceName: 'cpu', restartPolicy: 'Maybe' },
          { resourceName: 'gpu', restartPolicy: 'RestartContainer' },
        ],
      }),
      [
        `${at}.resizePolicy[1]: Duplicate value: "cpu"`,
        `${at}.resizePolicy: Unsupported value: "Maybe": supported values: "NotRequired", "RestartContainer"`,
        `${at}.resizePolicy: Unsupported value: "gpu": supported values: "cpu", "memory"`,
      ],
    ],
    [
      {
        restartPolicy: 'Never',
        ...with1({ resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] }),
      },
      [
        `${at}.resizePolicy: Invalid value: "RestartContainer": must be 'NotRequired' when \`restartPolicy\` is 'Never'`,
      ],
    ],
  ])
})

test('a device is a claim’s, and no mount is in its place', () => {
  const volumes = [
    { name: 'v', emptyDir: {} },
    { name: 'd', persistentVolumeClaim: { claimName: 'x' } },
  ]
  const at = 'containers[0].volumeDevices'
  holdPods([
    [{ volumes, containers: [container({ volumeDevices: [{ name: 'd', devicePath: '/dev/x' }] })] }, []],
    [
      {
        volumes,
        containers: [
          container({
            volumeMounts: [{ name: 'd', mountPath: '/m' }],
            volumeDevices: [
              { name: 'd', devicePath: '/m' },
              { name: 'v', devicePath: '/a/../b' },
              { name: 'w', devicePath: '' },
            ],
          }),
        ],
      },
      [
        'containers[0].volumeMounts[0].name: Invalid value: "d": must not already exist in volumeDevices',
        'containers[0].volumeMounts[0].mountPath: Invalid value: "/m": must not already exist as a path in volumeDevices',
        `${at}[0].name: Invalid value: "d": must not already exist in volumeMounts`,
        `${at}[0].devicePath: Invalid value: "/m": must not already exist as a path in volumeMounts`,
        `${at}[1].name: Invalid value: "v": can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode`,
        `${at}[1].devicePath: Invalid value: "/a/../b": can not contain backsteps ('..')`,
        `${at}[2].name: Not found: "w"`,
        `${at}[2].devicePath: Required value`,
      ],
    ],
  ])
})

test('what a mount shares with the node, only who may do anything shares in both directions', () => {
  const mount = (more: object, securityContext = {}) => ({
    volumes: [{ name: 'v', emptyDir: {} }],
    containers: [container({ securityContext, volumeMounts: [{ name: 'v', mountPath: '/v', ...more }] })],
  })
  const at = 'containers[0].volumeMounts'
  holdPods([
    [mount({ mountPropagation: 'Bidirectional' }, { privileged: true }), []],
    [mount({ recursiveReadOnly: 'Enabled', readOnly: true }), []],
    [
      mount({ mountPropagation: 'Bidirectional' }),
      [`${at}.mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers`],
    ],
    [
      mount({ recursiveReadOnly: 'IfPossible', mountPropagation: 'HostToContainer' }),
      [
        `${at}.recursiveReadOnly: Forbidden: may only be specified when readOnly is true`,
        `${at}.recursiveReadOnly: Forbidden: may only be specified when mountPropagation is None or not specified`,
      ],
    ],
    [
      mount({ recursiveReadOnly: 'Often', mountPropagation: 'Up' }),
      [
        `${at}.mountPropagation: Unsupported value: "Up": supported values: "Bidirectional", "HostToContainer", "None"`,
        `${at}.recursiveReadOnly: Unsupported value: "Often": supported values: "Disabled", "Enabled", "IfPossible"`,
      ],
    ],
  ])
})

test('the rights of containers are ones that there are, and do not contradict one another', () => {
  const rights = (securityContext: object) => ({ containers: [container({ securityContext })] })
  const at = 'containers[0].securityContext'
  const both = { allowPrivilegeEscalation: false, privileged: true }
  holdPods([
    [rights({ runAsUser: 0, seccompProfile: { type: 'RuntimeDefault' } }), []],
    [
      rights({ runAsUser: -1, runAsGroup: 2 ** 31, procMount: 'Unmasked', seccompProfile: { type: 'Localhost' } }),
      [
        `${at}.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive`,
        `${at}.runAsGroup: Invalid value: 2147483648: must be between 0 and 2147483647, inclusive`,
        `${at}.procMount: Invalid value: "Unmasked": \`hostUsers\` must be false to use \`Unmasked\``,
        `${at}.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost`,
      ],
    ],
    [
      rights(both),
      [
        `${at}: Invalid value: ${JSON.stringify(both)}: cannot set \`allowPrivilegeEscalation\` to false and \`privileged\` to true`,
      ],
    ],
    [
      rights({
        appArmorProfile: { type: 'Localhost', localhostProfile: ' x' },
        windowsOptions: { runAsUserName: 'a\\b\\c' },
      }),
      [
        `${at}.windowsOptions.runAsUserName: Invalid value: "a\\\\b\\\\c": runAsUserName cannot contain more than one backslash`,
        `${at}.appArmorProfile.localhostProfile: Invalid value: " x": must not be padded with whitespace`,
      ],
    ],
    [
      {
        hostNetwork: true,
        hostPID: true,
        shareProcessNamespace: true,
        securityContext: {
          fsGroup: -1,
          fsGroupChangePolicy: 'Now',
          sysctls: [
            { name: 'net.core.somaxconn', value: '1' },
            { name: 'A', value: '' },
          ],
        },
      },
      [
        'securityContext.fsGroup: Invalid value: -1: must be between 0 and 2147483647, inclusive',
        'securityContext.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled',
        `securityContext.sysctls[0].name: Invalid value: "net.core.somaxconn": may not be specified when 'hostNetwork' is true`,
        'securityContext.sysctls[1].name: Invalid value: "A": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
        'securityContext.fsGroupChangePolicy: Unsupported value: "Now": supported values: "Always", "OnRootMismatch"',
      ],
    ],
  ])
})

test('a hook sleeps no longer than the pod has to end, and a readiness probe ends nothing', () => {
  holdPods([
    [
      {
        terminationGracePeriodSeconds: 5,
        containers: [container({ lifecycle: { preStop: { sleep: { seconds: 6 } } } })],
      },
      [
        'containers[0].lifecycle.preStop.sleep: Invalid value: 6: must be non-negative and less than terminationGracePeriodSeconds (5)',
      ],
    ],
    [
      { containers: [container({ readinessProbe: { tcpSocket: { port: 1 }, terminationGracePeriodSeconds: 1 } })] },
      [
        'containers[0].readinessProbe.terminationGracePeriodSeconds: Invalid value: 1: must not be set for readinessProbes',
      ],
    ],
    [
      {
        containers: [container({ livenessProbe: { httpGet: { port: 1, httpHeaders: [{ name: 'a b', value: '' }] } } })],
      },
      [
        `containers[0].livenessProbe.httpGet.httpHeaders: Invalid value: "a b": a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')`,
      ],
    ],
  ])
})

test('a container that comes before has no hooks and is not resized, unless it goes on beside the others', () => {
  const first = (more: object) => ({ initContainers: [container({ name: 'i', ...more })] })
  const never = 'may not be set for init containers without restartPolicy=Always'
  const resizePolicy = [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }]
  const lifecycle = { preStop: { exec: { command: ['x'] } } }
  holdPods([
    [first({ restartPolicy: 'Always', lifecycle, resizePolicy }), []],
    [
      first({ lifecycle, resizePolicy }),
      [
        `initContainers[0].lifecycle: Forbidden: ${never}`,
        `initContainers[0].resizePolicy: Invalid value: ${JSON.stringify(resizePolicy)}: must not be set for init containers`,
      ],
    ],
  ])
})
