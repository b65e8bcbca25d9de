import { atMost, byDefault, limitsOf, type MessageLimits, rules } from '../definition/limits.ts'
import * as texts from '../definition/texts.ts'
import { told } from './limits.ts'
import {
  BackendObjectReference,
  BackendRef,
  LocalObjectReference,
  LocalParametersReference,
  ObjectReference,
  ParametersReference,
  ParentReference,
  SecretObjectReference,
} from './references.ts'
import { CommonRouteSpec, RouteParentStatus, RouteStatus } from './route.ts'

const GATEWAY_GROUP = byDefault('gateway.networking.k8s.io')

/** Whether a text of two items is the same, one that is not there being as good as an empty one. */
const alike = (field: string, none: string): string =>
  `(((!has(p1.${field}) || p1.${field} == ${none}) && (!has(p2.${field}) || p2.${field} == ${none})) || (has(p1.${field}) && has(p2.${field}) && p1.${field} == p2.${field}))`
const bothOrNone = (field: string, none: string): string =>
  `(!has(p1.${field}) || p1.${field} == ${none}) == (!has(p2.${field}) || p2.${field} == ${none})`
const SAME_OBJECT = 'p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name'
const SAME_PARENT = `${SAME_OBJECT} && ${alike('__namespace__', "''")}`

/** That of several references to one parent each is of another section or port. */
const ONE_SECTION_EACH = rules(
  [
    `self.all(p1, self.all(p2, ${SAME_PARENT} ? ${bothOrNone('sectionName', "''")} && ${bothOrNone('port', '0')} : true))`,
    'of several references to one parent, all must name a sectionName, or all a port',
  ],
  [
    `self.all(p1, self.exists_one(p2, ${SAME_PARENT} && ${alike('sectionName', "''")} && ${alike('port', '0')}))`,
    'of several references to one parent, no two may have the same sectionName and port',
  ],
)

/** The same for what a policy is about, which has no ports. */
export const ONE_TARGET_SECTION_EACH = rules(
  [
    `self.all(p1, self.all(p2, ${SAME_OBJECT} ? ${bothOrNone('sectionName', "''")} : true))`,
    'of several references to one target, all must name a sectionName',
  ],
  [
    `self.all(p1, self.exists_one(p2, ${SAME_OBJECT} && ${alike('sectionName', "''")}))`,
    'of several references to one target, no two may have the same sectionName',
  ],
)

/** That names of rules are those of one rule each. */
export const ONE_RULE_A_NAME = rules([
  'self.all(l1, !has(l1.name) || self.exists_one(l2, has(l2.name) && l1.name == l2.name))',
  'no two rules of a route may have the same name',
])

export const ruleName = ['What the rule is called; no two of a route are called alike.', texts.sectionName] as const
export const hostnames = [
  'The names that clients ask for, exact or `*.` and a suffix; none: those of the listener.',
  atMost(16),
  { items: texts.hostname },
] as const

const anObject = {
  group: ['The group of the kind; empty for the core group.', texts.group],
  kind: ['The kind.', texts.kind],
  name: ['The name.', texts.objectName],
} as const
const aNamespace = ['The namespace; that of the object itself where none is given.', texts.namespace] as const
const aService = {
  ...anObject,
  group: ['The group of the kind; empty, for Services, where none is given.', texts.group, byDefault('')],
  kind: ['The kind: Service where none is given.', texts.kind, byDefault('Service')],
  namespace: aNamespace,
  port: ['The port of the Service, as the Service numbers it.', texts.port],
} as const
const aGateway = {
  ...anObject,
  group: ['The group of the kind.', texts.group, GATEWAY_GROUP],
  kind: ['Gateway, or ListenerSet.', texts.kind, byDefault('Gateway')],
  namespace: aNamespace,
} as const
/** Of a reference to a Gateway: of group and kind, name and namespace. */
export const aParent = aGateway
export const aKind = {
  group: ['The group of the kind.', texts.group, GATEWAY_GROUP],
  kind: ['The kind.', texts.kind],
} as const
export const aReference = anObject

export const routeLimits: readonly MessageLimits[] = [
  limitsOf(LocalObjectReference, anObject),
  limitsOf(LocalParametersReference, anObject),
  limitsOf(ObjectReference, { ...anObject, namespace: aNamespace }),
  limitsOf(ParametersReference, {
    ...anObject,
    namespace: ['The namespace; none for a kind of the cluster.', texts.namespace],
  }),
  limitsOf(SecretObjectReference, {
    ...anObject,
    group: ['The group of the kind; empty, for Secrets, where none is given.', texts.group, byDefault('')],
    kind: ['The kind: Secret where none is given.', texts.kind, byDefault('Secret')],
    namespace: aNamespace,
  }),
  limitsOf(
    BackendObjectReference,
    aService,
    rules(["(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true", 'a Service needs a port']),
  ),
  limitsOf(BackendRef, {
    weight: [
      'Its share among the weights of all backends of its rule; 0: none.',
      byDefault(1),
      { minimum: 0, maximum: 1_000_000 },
    ],
  }),
  limitsOf(ParentReference, {
    ...aGateway,
    sectionName: ['The listener by its name; none: all of them.', texts.sectionName],
    port: ['The listeners of this port; none: of all ports.', texts.port],
  }),
  limitsOf(CommonRouteSpec, {
    parentRefs: ['What it hangs on: Gateways, or ListenerSets.', atMost(32), ONE_SECTION_EACH],
    useDefaultGateways: ['Whether it hangs on the Gateways that are there for all routes, too.'],
  }),
  limitsOf(RouteParentStatus, { parentRef: ['The parent of which it is said.'], ...told }),
  limitsOf(RouteStatus, { parents: ['What controllers say of it, for each parent.', atMost(32)] }),
]

const MOST_RULES = 16
/** That the rules of a route have no more than 128 matches together; `size` is how many rule i has. */
export const matchesInAll = (size: string): readonly [rule: string, message: string] => [
  `${Array.from({ length: MOST_RULES }, (_, index) => `(self.size() > ${index} ? ${size.replaceAll('[i]', `[${index}]`)} : 0)`).join(' + ')} <= 128`,
  'a route has at most 128 matches, those of all its rules together',
]
