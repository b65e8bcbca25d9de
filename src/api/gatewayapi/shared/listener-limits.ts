import { atMost, byDefault, count, limitsOf, type MessageLimits, rules } from '../definition/limits.ts'
import * as texts from '../definition/texts.ts'
import { CONDITIONS } from './limits.ts'
import {
  AllowedRoutes,
  Listener,
  ListenerStatus,
  ListenerTLSConfig,
  RouteGroupKind,
  RouteNamespaces,
} from './listener.ts'
import { aKind } from './route-limits.ts'

const SAME_PLACE =
  'l1.port == l2.port && l1.protocol == l2.protocol && (has(l1.hostname) && has(l2.hostname) ? l1.hostname == l2.hostname : !has(l1.hostname) && !has(l2.hostname))'

/** Of a list of listeners. */
export const listeners = [
  'What it listens for: each a port, a protocol and the names that clients ask for.',
  count(1, 64),
  rules(
    ["self.all(l, l.protocol in ['HTTP', 'TCP', 'UDP'] ? !has(l.tls) : true)", 'HTTP, TCP and UDP have no tls'],
    [
      "self.all(l, (l.protocol == 'HTTPS' && has(l.tls)) ? (l.tls.mode == '' || l.tls.mode == 'Terminate') : true)",
      'of HTTPS the mode of tls must be Terminate',
    ],
    [
      "self.all(l, l.protocol == 'TLS' ? has(l.tls) && has(l.tls.mode) && l.tls.mode != '' : true)",
      'TLS needs tls, and a mode in it',
    ],
    [
      "self.all(l, l.protocol in ['TCP', 'UDP'] ? (!has(l.hostname) || l.hostname == '') : true)",
      'TCP and UDP have no hostname',
    ],
    ['self.all(l1, self.exists_one(l2, l1.name == l2.name))', 'no two listeners may have the same name'],
    [
      `self.all(l1, self.exists_one(l2, ${SAME_PLACE}))`,
      'no two listeners may have the same port, protocol and hostname',
    ],
  ),
] as const

export const listenerLimits: readonly MessageLimits[] = [
  limitsOf(Listener, {
    name: ['Its name, which routes and statuses use.', texts.sectionName],
    hostname: ['The names that clients ask for, exact or `*.` and a suffix; none: all.', texts.hostname],
    port: ['The port that clients know.', texts.port],
    protocol: [
      'HTTP, HTTPS, TLS, TCP or UDP.',
      {
        minLength: 1,
        maxLength: 255,
        pattern: `^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|${texts.SUBDOMAIN}\\/[A-Za-z0-9]+$`,
      },
    ],
    tls: ['How TLS is spoken, of HTTPS and TLS.'],
    allowedRoutes: ['Which routes may hang on it.', byDefault({ namespaces: { from: 'Same' } })],
  }),
  limitsOf(
    ListenerTLSConfig,
    {
      mode: ['Where TLS ends: here, or at the backend.', byDefault('Terminate')],
      certificateRefs: ['Certificates with their keys: Secrets of type kubernetes.io/tls.', atMost(64)],
      options: ["An implementation's own settings.", { maxProperties: 16, additionalProperties: texts.optionValue }],
    },
    rules([
      "self.mode == 'Terminate' ? size(self.certificateRefs) > 0 || size(self.options) > 0 : true",
      'mode Terminate needs certificateRefs or options',
    ]),
  ),
  limitsOf(AllowedRoutes, {
    namespaces: ['From which namespaces.', byDefault({ from: 'Same' })],
    kinds: ['Of which kinds; none: those that the protocol has.', atMost(8)],
  }),
  limitsOf(RouteNamespaces, {
    from: ['All, those that selector picks, or that of the listener alone.', byDefault('Same')],
    selector: ['Labels of namespaces, for Selector.'],
  }),
  limitsOf(RouteGroupKind, aKind),
  limitsOf(ListenerStatus, {
    name: ['The listener of which it is said.', texts.sectionName],
    supportedKinds: ['The kinds of routes that may hang on it.', atMost(8)],
    attachedRoutes: ['How many routes hang on it.'],
    conditions: ['What is said of it.', CONDITIONS],
  }),
]
