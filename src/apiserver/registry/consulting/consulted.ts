import { namespaces } from '#api/core/namespace/resource.ts'
import { type ApiObject, isSame, type Resource } from '#api/resource.ts'
import type { Attributes, Operation } from '../../webhooks/attributes.ts'
import type { DeleteRequest } from '../deletion.ts'
import type { WriteRequest } from '../request.ts'
import type { Answers } from './answers.ts'
import type { Hooks } from './hooks.ts'

const META = 'meta.k8s.io/v1'
const OPTIONS = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' } as const

type Write = keyof typeof OPTIONS

/** Who has a say in a write, and what they have said of it so far. */
export interface Say {
  readonly hooks: Hooks
  readonly answers: Answers
}

/** What others who have a say in one write make of it. All of it throws Unanswered where they have not been asked yet. */
export class Consulted {
  readonly #resource: Resource
  readonly #request: WriteRequest
  readonly #dryRun: boolean
  readonly #say: Say | undefined

  /** Without `say`, nobody is asked. */
  constructor(resource: Resource, request: WriteRequest, dryRun: boolean, say: Say | undefined) {
    this.#resource = resource
    this.#request = request
    this.#dryRun = dryRun
    this.#say = say
  }

  /**
   * What the server's own rules, `admit`, and others make of an object. Where others have changed it, both look once
   * more.
   */
  mutated(
    operation: 'CREATE' | 'UPDATE',
    name: string,
    given: ApiObject,
    previous: ApiObject | undefined,
    admit: (object: ApiObject) => ApiObject,
  ): ApiObject {
    const admitted = admit(given)
    if (this.#say === undefined) return admitted
    const { hooks, answers } = this.#say
    const attributes = this.#attributes(operation, name, admitted, previous)
    const question = hooks.mutating(attributes)
    if (question === undefined) return admitted
    const { object = admitted, again } = answers.to('mutating', attributes, question)
    if (again === undefined) return object
    const second = this.#attributes(operation, name, admit(object), previous)
    return answers.to('mutating again', second, again(second))
  }

  validated(operation: 'CREATE' | 'UPDATE', name: string, object: ApiObject, previous: ApiObject | undefined): void {
    if (this.#say !== undefined) validate(this.#say, this.#attributes(operation, name, object, previous))
  }

  deleted(name: string, current: ApiObject, options: DeleteRequest): void {
    if (this.#say === undefined) return
    const attributes = this.#attributes('DELETE', name, undefined, current, options)
    const question = this.#say.hooks.mutating(attributes)
    if (question !== undefined) this.#say.answers.to('mutating', attributes, question)
    validate(this.#say, attributes)
  }

  #attributes(
    operation: Write & Operation,
    name: string,
    object: ApiObject | undefined,
    oldObject: ApiObject | undefined,
    options: object = this.#request.sent ?? {},
  ): Attributes {
    const { caller, namespace = '', subresource = '' } = this.#request
    const dryRun = this.#dryRun
    return {
      operation,
      kind: this.#resource,
      resource: this.#resource,
      subresource,
      namespace: isSame(this.#resource, namespaces) ? name : this.#resource.namespaced ? namespace : '',
      name,
      ...(object ? { object } : {}),
      ...(oldObject ? { oldObject } : {}),
      options: { kind: OPTIONS[operation], apiVersion: META, ...options, ...(dryRun ? { dryRun: ['All'] } : {}) },
      caller,
      dryRun,
    }
  }
}

const validate = ({ hooks, answers }: Say, attributes: Attributes): void => {
  const question = hooks.validating(attributes)
  if (question !== undefined) answers.to('validating', attributes, question)
}
