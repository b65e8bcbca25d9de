import { SelfSubjectReview } from '#api/authentication/selfsubjectreview/message.ts'
import { TokenRequest } from '#api/authentication/tokenrequest/message.ts'
import { TokenReview } from '#api/authentication/tokenreview/message.ts'
import { SelfSubjectAccessReview } from '#api/authorization/selfsubjectaccessreview/message.ts'
import { SelfSubjectRulesReview } from '#api/authorization/selfsubjectrulesreview/message.ts'
import { LocalSubjectAccessReview, SubjectAccessReview } from '#api/authorization/subjectaccessreview/message.ts'
import { Scale } from '#api/autoscaling/scale/message.ts'
import { Binding } from '#api/core/pod/binding.ts'
import { PartialObjectMetadata, PartialObjectMetadataList } from '#api/meta/object-meta.ts'
import { DeleteOptions } from '#api/meta/options.ts'
import { Status } from '#api/meta/status.ts'
import { Eviction } from '#api/policy/eviction/message.ts'
import { groupVersion } from '#api/resource.ts'
import { resources } from '#api/resources.ts'
import type { MessageClass } from '#schema/schema.ts'

/** Kinds that travel without being a resource of their own: parts of one, questions, options, answers. */
const others: readonly (readonly [apiVersion: string, kind: string, message: MessageClass<unknown>])[] = [
  ['v1', 'Status', Status],
  ['v1', 'DeleteOptions', DeleteOptions],
  ['v1', 'Binding', Binding],
  ['meta.k8s.io/v1', 'PartialObjectMetadata', PartialObjectMetadata],
  ['meta.k8s.io/v1', 'PartialObjectMetadataList', PartialObjectMetadataList],
  ['autoscaling/v1', 'Scale', Scale],
  ['policy/v1', 'Eviction', Eviction],
  ['authentication.k8s.io/v1', 'TokenRequest', TokenRequest],
  ['authentication.k8s.io/v1', 'TokenReview', TokenReview],
  ['authentication.k8s.io/v1', 'SelfSubjectReview', SelfSubjectReview],
  ['authorization.k8s.io/v1', 'SelfSubjectAccessReview', SelfSubjectAccessReview],
  ['authorization.k8s.io/v1', 'SelfSubjectRulesReview', SelfSubjectRulesReview],
  ['authorization.k8s.io/v1', 'SubjectAccessReview', SubjectAccessReview],
  ['authorization.k8s.io/v1', 'LocalSubjectAccessReview', LocalSubjectAccessReview],
]

const messages = new Map<string, MessageClass<unknown>>([
  ...resources.map((resource) => [`${groupVersion(resource)} ${resource.kind}`, resource.message] as const),
  ...resources.map((resource) => [`${groupVersion(resource)} ${resource.kind}List`, resource.list] as const),
  ...others.map(([apiVersion, kind, message]) => [`${apiVersion} ${kind}`, message] as const),
])

/** The declaration of a kind that the server reads or writes. */
export const messageOf = (apiVersion: string, kind: string): MessageClass<unknown> | undefined =>
  messages.get(`${apiVersion} ${kind}`)
