import type { ApiObject, Resource } from '#api/resource.ts'
import { type Attributes, attributesOf } from '../../webhooks/attributes.ts'
import type { DeleteRequest } from '../deletion.ts'
import { stillItself } from '../identity.ts'
import { managedFieldsFaults, withManagedFields } from '../ownership.ts'
import type { WriteRequest } from '../request.ts'
import type { Answers } from './answers.ts'
import type { Hooks } from './hooks.ts'

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
    const attributes = this.#attributes(operation, name, unborn(admitted, previous), previous)
    const question = hooks.mutating(attributes)
    if (question === undefined) return admitted
    const told = attributes.object!
    const { object = told, again } = answers.to('mutating', attributes, question)
    const isNew = previous === undefined
    const changed = this.#taken(admitted, told, object, isNew)
    if (again === undefined) return changed
    const admittedAgain = admit(changed)
    const second = this.#attributes(operation, name, unborn(admittedAgain, previous), previous)
    return this.#taken(admittedAgain, second.object!, answers.to('mutating again', second, again(second)), isNew)
  }

  validated(operation: 'CREATE' | 'UPDATE', name: string, object: ApiObject, previous: ApiObject | undefined): void {
    if (this.#say !== undefined) validate(this.#say, this.#attributes(operation, name, object, previous))
  }

  deleted(name: string, current: ApiObject, options: DeleteRequest): void {
    if (this.#say === undefined) return
    const told = this.#request.isOfMany ? '' : name
    const attributes = this.#attributes('DELETE', told, undefined, current, options)
    const question = this.#say.hooks.mutating(attributes)
    if (question !== undefined) this.#say.answers.to('mutating', attributes, question)
    validate(this.#say, attributes)
  }

  #attributes(
    operation: 'CREATE' | 'UPDATE' | 'DELETE',
    name: string,
    object: ApiObject | undefined,
    oldObject: ApiObject | undefined,
    options?: object,
  ): Attributes {
    const { part, subresource = '' } = this.#request
    const told = (one: ApiObject): ApiObject => part?.show(one) ?? one
    return attributesOf(this.#resource, this.#request, {
      operation,
      kind: part?.kind ?? this.#resource,
      subresource: part?.subresource ?? subresource,
      name,
      ...(object ? { object: told(object) } : {}),
      ...(oldObject ? { oldObject: told(oldObject) } : {}),
      ...(options ? { options } : {}),
      dryRun: this.#dryRun,
    })
  }

  /** The object with what others have made of what they were told of. */
  #taken(object: ApiObject, told: ApiObject, changed: ApiObject, isNew: boolean): ApiObject {
    if (changed === told) return object
    const { part, remarks } = this.#request
    if (part !== undefined) return part.take(object, changed)
    const same = stillItself(this.#resource, object, changed, isNew)
    const faults = managedFieldsFaults(same.metadata?.managedFields)
    if (faults === undefined) return same
    remarks?.warn(
      `.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: ${faults}`,
    )
    return withManagedFields(same, object.metadata?.managedFields)
  }
}

/** A new object is told of as one that has no identity yet. */
const unborn = (object: ApiObject, previous: ApiObject | undefined): ApiObject => {
  if (previous !== undefined) return object
  const { uid: _, creationTimestamp: __, ...metadata } = object.metadata ?? {}
  return { ...object, metadata }
}

const validate = ({ hooks, answers }: Say, attributes: Attributes): void => {
  const question = hooks.validating(attributes)
  if (question !== undefined) answers.to('validating', attributes, question)
}
