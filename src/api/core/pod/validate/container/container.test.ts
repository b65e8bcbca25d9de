import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Container } from '#api/core/pod/spec/container.ts'
import { textsOf } from '#api/testing/refusals.ts'
import { validateContainers } from './containers.ts'

const GOOD = { name: 'c', image: 'i', imagePullPolicy: 'Always', terminationMessagePolicy: 'File' }
const AROUND = {
  volumes: new Map([['v', { name: 'v', emptyDir: {} }]]),
  claims: new Set<string>(),
  restartPolicy: 'Always',
  hostUsers: true,
  grace: 30,
}
const refusals = (more: object): readonly string[] =>
  textsOf(validateContainers([{ ...GOOD, ...more } as Container], 'list', AROUND)).map((text) =>
    text.replace(/^list\[0\]\./, ''),
  )

const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const NAME =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
const VARIABLE = "a valid environment variable name must consist only of printable ASCII characters other than '='"
const RANGE = 'must be between 1 and 65535, inclusive'
const FIELD_PATHS =
  'supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"'
const QUANTITY = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

/** Holds whole lists of errors, each given without the path of the container. */
const hold = (cases: readonly (readonly [object, readonly string[]])[]): void => {
  for (const [more, errors] of cases) assert.deepEqual(refusals(more), errors, JSON.stringify(more))
}

test('a container has a name, an image, and policies that there are', () => {
  hold([
    [{}, []],
    ...['Always', 'IfNotPresent', 'Never'].map((imagePullPolicy) => [{ imagePullPolicy }, []] as const),
    [{ terminationMessagePolicy: 'FallbackToLogsOnError' }, []],
    [
      { name: '', image: '', imagePullPolicy: '', terminationMessagePolicy: '' },
      ['name', 'image', 'terminationMessagePolicy', 'imagePullPolicy'].map((field) => `${field}: Required value`),
    ],
    [
      { name: 'C', image: ' i', imagePullPolicy: 'Often', terminationMessagePolicy: 'Mail' },
      [
        `name: Invalid value: "C": ${LABEL}`,
        'terminationMessagePolicy: Unsupported value: "Mail": supported values: "File", "FallbackToLogsOnError"',
        'imagePullPolicy: Unsupported value: "Often": supported values: "Always", "IfNotPresent", "Never"',
      ],
    ],
  ])
})

test('a container’s ports are numbers with a protocol, their names are unique', () => {
  hold([
    [
      {
        ports: [
          { name: 'a', containerPort: 1, protocol: 'TCP' },
          { containerPort: 65535, hostPort: 65535, protocol: 'UDP' },
          { containerPort: 2, hostPort: 0, protocol: 'SCTP' },
        ],
      },
      [],
    ],
    [
      {
        ports: [
          { name: '1', protocol: 'ICMP' },
          { name: '1', containerPort: 65536, hostPort: -1 },
          { name: 'a', containerPort: -1, protocol: 'TCP' },
          { name: 'a', containerPort: 1, protocol: 'TCP' },
        ],
      },
      [
        'ports[0].name: Invalid value: "1": must contain at least one letter (a-z)',
        'ports[0].containerPort: Required value',
        'ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
        'ports[1].name: Invalid value: "1": must contain at least one letter (a-z)',
        `ports[1].containerPort: Invalid value: 65536: ${RANGE}`,
        `ports[1].hostPort: Invalid value: -1: ${RANGE}`,
        'ports[1].protocol: Required value',
        `ports[2].containerPort: Invalid value: -1: ${RANGE}`,
        'ports[3].name: Duplicate value: "a"',
      ],
    ],
  ])
})

test('a variable has a value or one source of it', () => {
  const env = (name: string, valueFrom?: object, value?: string): object => ({ env: [{ name, value, valueFrom }] })
  const path = (fieldPath: string): object => env('A', { fieldRef: { fieldPath } })
  const one =
    'env[0].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'
  hold([
    [env('1 a-b.c~', undefined, 'x'), []],
    [env(''), ['env[0].name: Required value']],
    [env('a=b'), [`env[0].name: Invalid value: "a=b": ${VARIABLE}`]],
    [env('é'), [`env[0].name: Invalid value: "é": ${VARIABLE}`]],
    [env('A', {}), [one]],
    [env('A', { fieldRef: undefined }, 'x'), [one]],
    [
      env('A', { fieldRef: { fieldPath: 'metadata.name' } }, 'x'),
      ['env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty'],
    ],
    [
      env('A', { configMapKeyRef: {}, secretKeyRef: {} }),
      [
        `env[0].valueFrom.configMapKeyRef.name: Invalid value: "": ${SUBDOMAIN}`,
        'env[0].valueFrom.configMapKeyRef.key: Required value',
        `env[0].valueFrom.secretKeyRef.name: Invalid value: "": ${SUBDOMAIN}`,
        'env[0].valueFrom.secretKeyRef.key: Required value',
        'env[0].valueFrom: Invalid value: "": may not have more than one field specified at a time',
      ],
    ],
    [env('A', { configMapKeyRef: { name: 'n', key: 'k' } }), []],
    [env('A', { secretKeyRef: { name: 'n', key: 'k' } }), []],
    [env('A', { resourceFieldRef: { resource: 'limits.cpu' } }), []],
    [env('A', { resourceFieldRef: {} }), ['env[0].valueFrom.resourceFieldRef.resource: Required value']],
    ...[
      'metadata.name',
      'metadata.namespace',
      'metadata.uid',
      'spec.nodeName',
      'spec.serviceAccountName',
      'status.hostIP',
      'status.hostIPs',
      'status.podIP',
      'status.podIPs',
      "metadata.labels['a']",
      "metadata.annotations['a/b']",
    ].map((fieldPath) => [path(fieldPath), []] as const),
    [path(''), ['env[0].valueFrom.fieldRef.fieldPath: Required value']],
    [
      path('metadata.labels'),
      [`env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "metadata.labels": ${FIELD_PATHS}`],
    ],
    [
      path('spec.containers'),
      [
        'env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.containers": error converting fieldPath: field label not supported: spec.containers',
      ],
    ],
    [
      path("spec.nodeName['a']"),
      [
        `env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.nodeName['a']": error converting fieldPath: field label does not support subscript: spec.nodeName['a']`,
      ],
    ],
    [path("metadata.labels['a b']"), [`env[0].valueFrom.fieldRef: Invalid value: "a b": ${NAME}`]],
  ])
})

test('variables come from one map or one secret, by its name', () => {
  hold([
    [{ envFrom: [{ configMapRef: { name: 'a' } }, { secretRef: { name: 'a' } }] }, []],
    [
      { envFrom: [{}, { configMapRef: {}, secretRef: {} }] },
      [
        'envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`',
        'envFrom[1].configMapRef.name: Required value',
        'envFrom[1].secretRef.name: Required value',
        'envFrom: Invalid value: "": may not have more than one field specified at a time',
      ],
    ],
  ])
})

test('a mount is of a volume that there is, at a place of its own', () => {
  hold([
    [
      {
        volumeMounts: [
          { name: 'v', mountPath: '/a' },
          { name: 'v', mountPath: '/b' },
        ],
      },
      [],
    ],
    [
      { volumeMounts: [{ name: 'w', mountPath: '/a' }, { mountPath: '/a' }, { name: 'v' }] },
      [
        'volumeMounts[0].name: Not found: "w"',
        'volumeMounts[1].name: Required value',
        'volumeMounts[1].name: Not found: ""',
        'volumeMounts[1].mountPath: Invalid value: "/a": must be unique',
        'volumeMounts[2].mountPath: Required value',
      ],
    ],
  ])
})

test('resources are amounts, none negative, and nothing is asked for beyond its limit', () => {
  const resources = (limits: object, requests: object = {}): object => ({ resources: { limits, requests } })
  hold([
    [{ resources: {} }, []],
    [
      resources(
        { cpu: '0', memory: '1Gi', 'ephemeral-storage': '1', 'hugepages-2Mi': '4Mi', 'a.b/c': '1' },
        { cpu: '0', memory: '1024Mi' },
      ),
      [],
    ],
    [
      resources({ cpu: '-1', gpu: '1' }, { memory: 'x', 'a b': '1' }),
      [
        'resources.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
        'resources.limits[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified',
        'resources.limits[gpu]: Invalid value: "gpu": must be a standard resource for containers',
        `resources.requests[memory]: Invalid value: "x": ${QUANTITY}`,
        `resources.requests[a b]: Invalid value: "a b": ${NAME}`,
        'resources.requests[a b]: Invalid value: "a b": must be a standard resource for containers',
      ],
    ],
    [
      resources({ cpu: '1', memory: 'x' }, { cpu: '1001m', memory: '1' }),
      [
        `resources.limits[memory]: Invalid value: "x": ${QUANTITY}`,
        'resources.requests: Invalid value: "1001m": must be less than or equal to cpu limit of 1',
      ],
    ],
  ])
})

test('a probe has one way of asking, and numbers that are none below what they may be', () => {
  const http = { httpGet: { path: '/', port: 80, scheme: 'HTTP' } }
  const negative = 'must be greater than or equal to 0'
  const numbers = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold']
  hold([
    [{ readinessProbe: { ...http, successThreshold: 2 } }, []],
    [
      { livenessProbe: { ...http, successThreshold: 2 }, startupProbe: { ...http, successThreshold: 0 } },
      [
        'livenessProbe.successThreshold: Invalid value: 2: must be 1',
        'startupProbe.successThreshold: Invalid value: 0: must be 1',
      ],
    ],
    [{ livenessProbe: { ...http, successThreshold: 1, terminationGracePeriodSeconds: 1 } }, []],
    [
      { livenessProbe: { ...http, successThreshold: 1, terminationGracePeriodSeconds: 0 } },
      ['livenessProbe.terminationGracePeriodSeconds: Invalid value: 0: must be greater than 0'],
    ],
    [{ readinessProbe: { ...http, ...Object.fromEntries(numbers.map((name) => [name, 0])) } }, []],
    [
      { readinessProbe: { ...http, ...Object.fromEntries(numbers.map((name) => [name, -1])) } },
      numbers.map((name) => `readinessProbe.${name}: Invalid value: -1: ${negative}`),
    ],
    [{ readinessProbe: {} }, ['readinessProbe: Required value: must specify a handler type']],
  ])
})

test('a handler, of a probe or of a life cycle, does one thing', () => {
  const handlers: readonly (readonly [object, readonly string[]])[] = [
    [{ exec: { command: ['a'] } }, []],
    [{ httpGet: { path: '/', port: 'web', scheme: 'HTTPS' } }, []],
    [{ tcpSocket: { port: 80 } }, []],
    [{ grpc: { port: 80 } }, []],
    [{ sleep: { seconds: 0 } }, []],
    [{ sleep: {} }, []],
    [{}, [': Required value: must specify a handler type']],
    [{ exec: {} }, ['.exec.command: Required value']],
    [{ exec: { command: [] } }, ['.exec.command: Required value']],
    [
      { httpGet: {} },
      [
        '.httpGet.path: Required value',
        `.httpGet.port: Invalid value: 0: ${RANGE}`,
        '.httpGet.scheme: Unsupported value: "": supported values: "HTTP", "HTTPS"',
      ],
    ],
    [{ tcpSocket: {} }, [`.tcpSocket.port: Invalid value: 0: ${RANGE}`]],
    [{ tcpSocket: { port: 'a--b' } }, ['.tcpSocket.port: Invalid value: "a--b": must not contain consecutive hyphens']],
    [{ grpc: {} }, [`.grpc.port: Invalid value: 0: ${RANGE}`]],
    [
      { sleep: { seconds: -1 } },
      ['.sleep: Invalid value: -1: must be non-negative and less than terminationGracePeriodSeconds (30)'],
    ],
    [
      { exec: { command: ['a'] }, tcpSocket: { port: 80 }, sleep: { seconds: 1 } },
      ['tcpSocket', 'sleep'].map((name) => `.${name}: Forbidden: may not specify more than 1 handler type`),
    ],
  ]
  for (const place of ['lifecycle.postStart', 'lifecycle.preStop', 'readinessProbe'] as const)
    hold(
      handlers.map(([handler, errors]) => {
        const [first, second] = place.split('.') as [string, string?]
        return [
          { [first]: second === undefined ? handler : { [second]: handler } },
          errors.map((error) => `${place}${error}`),
        ]
      }),
    )
})
