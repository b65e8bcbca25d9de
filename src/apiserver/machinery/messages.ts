import { SelfSubjectReview } from '#api/authentication/selfsubjectreview/message.ts'
import { TokenReview } from '#api/authentication/tokenreview/message.ts'
import { SelfSubjectAccessReview } from '#api/authorization/selfsubjectaccessreview/message.ts'
import { SelfSubjectRulesReview } from '#api/authorization/selfsubjectrulesreview/message.ts'
import { LocalSubjectAccessReview, SubjectAccessReview } from '#api/authorization/subjectaccessreview/message.ts'
import type { Catalogue } from '#api/catalogue/catalogue.ts'
import { PartialObjectMetadata, PartialObjectMetadataList } from '#api/meta/object-meta.ts'
import { DeleteOptions } from '#api/meta/options.ts'
import { Status } from '#api/meta/status.ts'
import type { MessageClass } from '#schema/schema.ts'

/** What travels without being stored, nor part of what is: questions, options, answers. */
const travelling: ReadonlyMap<string, MessageClass<unknown>> = new Map(
  [
    Status,
    DeleteOptions,
    PartialObjectMetadata,
    PartialObjectMetadataList,
    TokenReview,
    SelfSubjectReview,
    SelfSubjectAccessReview,
    SelfSubjectRulesReview,
    SubjectAccessReview,
    LocalSubjectAccessReview,
  ].map((message: MessageClass<unknown>) => [message.gvk!.join(' '), message]),
)

/** The declaration of a kind that the server reads or writes: served, a list of such, a part of one, or travelling. */
export const messageOf = (catalogue: Catalogue, apiVersion: string, kind: string): MessageClass<unknown> | undefined =>
  catalogue.message(apiVersion, kind) ?? travelling.get(`${apiVersion} ${kind}`)
