import type { JsonSchema } from '#schema/structural/json-schema.ts'
import { atMost, byDefault, count, limitsOf, type MessageLimits, rules } from '../definition/limits.ts'
import * as texts from '../definition/texts.ts'
import { CONDITIONS, waiting } from '../shared/limits.ts'
import { listeners } from '../shared/listener-limits.ts'
import {
  AllowedListeners,
  Gateway,
  GatewayInfrastructure,
  GatewaySpec,
  GatewaySpecAddress,
  GatewayStatus,
  GatewayStatusAddress,
  ListenerNamespaces,
} from './message.ts'
import {
  FrontendTLSConfig,
  FrontendTLSValidation,
  GatewayBackendTLS,
  GatewayTLSConfig,
  TLSConfig,
  TLSPortConfig,
} from './tls.ts'

const WAITING = waiting('Accepted', 'Programmed')

const addressType = [
  'IPAddress, Hostname, NamedAddress, or a type of the implementation with its domain before it.',
  byDefault('IPAddress'),
  {
    minLength: 1,
    maxLength: 253,
    pattern: `^Hostname|IPAddress|NamedAddress|${texts.SUBDOMAIN}${texts.DOMAIN_PATH}$`,
  },
] as const

/** An IPAddress is one. */
const ADDRESS: JsonSchema = {
  oneOf: [
    {
      properties: { type: { enum: ['IPAddress'] }, value: { anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] } },
    },
    { properties: { type: { not: { enum: ['IPAddress'] } } } },
  ],
}

/** No two addresses of this type are alike. */
const once = (type: string) =>
  [
    `self.all(a1, a1.type == '${type}' && has(a1.value) ? self.exists_one(a2, a2.type == a1.type && has(a2.value) && a2.value == a1.value) : true)`,
    `no two addresses of type ${type} may be the same`,
  ] as const

const isHostname = `self.value.matches(r"""${texts.HOSTNAME}""")`

/** Of the keys of a map. */
const qualified = (what: string) =>
  rules(
    [
      `self.all(key, key.matches(r"""^(${texts.SUBDOMAIN}/)?${texts.QUALIFIED_NAME}$"""))`,
      `the key of ${what} is a name of at most 63 octets, with or without a domain and a slash before it`,
    ],
    ['self.all(key, key.split("/")[0].size() < 253)', `the domain in the key of ${what} has less than 253 octets`],
  )

const ofPort = { validation: ['How certificates of clients are checked; none: none is asked for.'] } as const

export const gatewayLimits: readonly MessageLimits[] = [
  limitsOf(Gateway, {
    spec: ['What should listen, and for what.'],
    status: ['What its controller says of it.', byDefault({ conditions: WAITING })],
  }),
  limitsOf(GatewaySpec, {
    gatewayClassName: ['The GatewayClass by its name.', texts.objectName],
    listeners,
    addresses: [
      'The addresses that it should have; none: its controller finds one.',
      atMost(16),
      rules(once('IPAddress'), once('Hostname')),
      { items: ADDRESS },
    ],
    infrastructure: ['For what is made on its behalf.'],
    allowedListeners: ['Whose ListenerSets may add listeners to it; none: nobody’s.'],
    tls: ['TLS with clients that show certificates, and with backends.'],
    defaultScope: ['Whether it is there for routes that name no Gateway.'],
  }),
  limitsOf(AllowedListeners, {
    namespaces: ['From which namespaces.', byDefault({ from: 'None' })],
  }),
  limitsOf(ListenerNamespaces, {
    from: ['All, those that selector picks, that of the Gateway alone, or none.', byDefault('None')],
    selector: ['Labels of namespaces, for Selector.'],
  }),
  limitsOf(
    GatewaySpecAddress,
    { type: addressType, value: ['The address; none: any of the type.', { maxLength: 253 }] },
    rules([
      `self.type == 'Hostname' ? (!has(self.value) || ${isHostname}) : true`,
      'the value of a Hostname is empty or a DNS name, with or without `*.` before it',
    ]),
  ),
  limitsOf(
    GatewayStatusAddress,
    { type: addressType, value: ['The address.', texts.objectName] },
    rules([
      `self.type == 'Hostname' ? ${isHostname} : true`,
      'the value of a Hostname is a DNS name, with or without `*.` before it',
    ]),
  ),
  limitsOf(GatewayInfrastructure, {
    labels: [
      'Labels of what is made.',
      qualified('a label'),
      {
        maxProperties: 8,
        additionalProperties: { minLength: 0, maxLength: 63, pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$' },
      },
    ],
    annotations: [
      'Annotations of what is made.',
      qualified('an annotation'),
      { maxProperties: 8, additionalProperties: texts.optionValue },
    ],
    parametersRef: ["The controller's own settings for this Gateway, of its namespace."],
  }),
  limitsOf(GatewayTLSConfig, {
    backend: ['What is shown to backends.'],
    frontend: ['What clients must show.'],
  }),
  limitsOf(GatewayBackendTLS, {
    clientCertificateRef: ['A certificate with its key: a Secret of type kubernetes.io/tls.'],
  }),
  limitsOf(FrontendTLSConfig, {
    default: ['For all ports that perPort does not name.'],
    perPort: [
      'For single ports.',
      atMost(64),
      rules(['self.all(t1, self.exists_one(t2, t1.port == t2.port))', 'no two may be of the same port']),
    ],
  }),
  limitsOf(TLSConfig, ofPort),
  limitsOf(TLSPortConfig, { port: ['The port.', texts.port], tls: ['What holds of it.'] }),
  limitsOf(FrontendTLSValidation, {
    caCertificateRefs: [
      'Certificates of the authorities that sign for clients: ConfigMaps with the key ca.crt.',
      count(1, 8),
    ],
    mode: ['Whether those come in who show no valid one.', byDefault('AllowValidOnly')],
  }),
  limitsOf(GatewayStatus, {
    addresses: ['The addresses that it has.', atMost(16), { items: ADDRESS }],
    conditions: ['What is said of it.', CONDITIONS, byDefault(WAITING)],
    listeners: ['What is said of each listener.', atMost(64)],
    attachedListenerSets: ['How many ListenerSets add listeners to it.'],
  }),
]
