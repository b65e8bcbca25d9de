import type { Subject } from '#api/rbac/subject.ts'
import { quoted } from '#schema/go-quoted.ts'
import type { User } from './request.ts'

/** The user name of a ServiceAccount. */
const accountName = (namespace: string, name: string): string => `system:serviceaccount:${namespace}:${name}`

/**
 * By which text users find the bindings that name them: a user's name, a group's, or the user name of a ServiceAccount.
 * Undefined of what can be nobody. `namespace` is the binding's own, '' of one for the whole cluster.
 */
export const subjectKey = ({ kind, name, namespace: own }: Subject, namespace: string): string | undefined => {
  if (kind === 'User') return `u ${name}`
  if (kind === 'Group') return `g ${name}`
  if (kind !== 'ServiceAccount') return undefined
  const where = own || namespace
  return where ? `u ${accountName(where, name)}` : undefined
}

/** The keys of all subjects that a user is. */
export const userKeys = ({ name, groups }: User): readonly string[] => [
  `u ${name}`,
  ...groups.map((group) => `g ${group}`),
]

/** The first of a binding's subjects that a user is. */
export const subjectOf = (
  user: User,
  subjects: readonly Subject[] | undefined,
  namespace: string,
): Subject | undefined => {
  const keys = userKeys(user)
  return subjects?.find((subject) => keys.includes(subjectKey(subject, namespace) ?? ''))
}

/** `User "rita"`; a ServiceAccount with the namespace it is looked for in. */
export const describeSubject = (subject: Subject, namespace: string): string =>
  subject.kind === 'ServiceAccount'
    ? `${subject.kind} ${quoted(`${subject.name}/${subject.namespace || namespace}`)}`
    : `${subject.kind} ${quoted(subject.name)}`
