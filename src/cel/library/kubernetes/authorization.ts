import { CelError } from '../../values/cel-error.ts'
import { Opaque } from '../../values/value.ts'
import { member, type Overload } from '../overload.ts'

/** What an expression asks about: a path, or a resource of the API. */
interface AuthorizationQuestion {
  /** Somebody else than who sent the request. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string }
  readonly path?: string
  readonly group?: string
  readonly resource?: string
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
  readonly fieldSelector?: string
  readonly labelSelector?: string
}

interface AuthorizationAnswer {
  readonly allowed: boolean
  readonly reason?: string
  readonly error?: string
}

/** Who answers such questions; `verb` as the API has it, or a method in small letters. */
type Authorize = (question: AuthorizationQuestion, verb: string) => AuthorizationAnswer

/** The authorizer, or a question that it has been asked so far. */
class Question extends Opaque {
  readonly typeName: string
  readonly #authorize: Authorize
  readonly #asked: AuthorizationQuestion

  constructor(type: string, authorize: Authorize, asked: AuthorizationQuestion) {
    super()
    this.typeName = `kubernetes.authorization.${type}`
    this.#authorize = authorize
    this.#asked = asked
  }

  equals(other: Opaque): boolean {
    return other === this
  }

  with(more: AuthorizationQuestion, type = this.typeName.split('.').at(-1)!): Question {
    return new Question(type, this.#authorize, { ...this.#asked, ...more })
  }

  check(verb: string): Decision {
    return new Decision(this.#authorize(this.#asked, verb))
  }
}

class Decision extends Opaque {
  readonly typeName = 'kubernetes.authorization.Decision'
  readonly answer: AuthorizationAnswer
  constructor(answer: AuthorizationAnswer) {
    super()
    this.answer = answer
  }

  equals(other: Opaque): boolean {
    return other === this
  }
}

const filled = (text: string, what: string): string => {
  if (text.trim() === '') throw new CelError(`${what} must not be empty`)
  return text
}

const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/

const serviceAccount = (question: Question, namespace: string, name: string): Question => {
  if (name.length > 253 || !name.split('.').every((part) => LABEL.test(part)))
    throw new CelError('Invalid service account name')
  if (namespace.length > 63 || !LABEL.test(namespace)) throw new CelError('Invalid service account namespace')
  return question.with({ serviceAccount: { namespace, name } })
}

const FURTHER = ['subresource', 'namespace', 'name', 'fieldSelector', 'labelSelector'] as const

/** Who may do what: `authorizer.group("").resource("pods").namespace("x").check("get").allowed()`. */
export const authorization: readonly Overload[] = [
  member('authorizer_path', 'Authorizer.path(string): PathCheck', (question: Question, path: string) =>
    question.with({ path: filled(path, 'path') }, 'PathCheck'),
  ),
  member('authorizer_group', 'Authorizer.group(string): GroupCheck', (question: Question, group: string) =>
    question.with({ group }, 'GroupCheck'),
  ),
  member('authorizer_serviceaccount', 'Authorizer.serviceAccount(string, string): Authorizer', serviceAccount),
  member('groupcheck_resource', 'GroupCheck.resource(string): ResourceCheck', (question: Question, resource: string) =>
    question.with({ resource: filled(resource, 'resource') }, 'ResourceCheck'),
  ),
  ...FURTHER.map((name) =>
    member(
      name.endsWith('Selector') ? `authorizer_${name.toLowerCase()}` : `resourcecheck_${name}`,
      `ResourceCheck.${name}(string): ResourceCheck`,
      (question: Question, text: string) => question.with({ [name]: text }),
    ),
  ),
  member('pathcheck_check', 'PathCheck.check(string): Decision', (question: Question, verb: string) =>
    question.check(verb),
  ),
  member('resourcecheck_check', 'ResourceCheck.check(string): Decision', (question: Question, verb: string) =>
    question.check(verb),
  ),
  member('decision_allowed', 'Decision.allowed(): bool', ({ answer }: Decision) => answer.allowed),
  member('decision_reason', 'Decision.reason(): string', ({ answer }: Decision) => answer.reason ?? ''),
  member('decision_errored', 'Decision.errored(): bool', ({ answer }: Decision) => answer.error !== undefined),
  member('decision_error', 'Decision.error(): string', ({ answer }: Decision) => answer.error ?? ''),
]

/** The variable `authorizer`, or with a resource what `authorizer.requestResource` is. */
export const authorizerValue = (authorize: Authorize, resource?: AuthorizationQuestion): Opaque =>
  new Question(resource === undefined ? 'Authorizer' : 'ResourceCheck', authorize, resource ?? {})
