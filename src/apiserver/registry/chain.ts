import type { ApiObject } from '#api/resource.ts'
import type { Admission, CreateAdmission, UpdateAdmission } from '../admission/admission.ts'

/** What each admission is told of a write, whatever the object has become. */
type Surroundings = Omit<CreateAdmission, 'object'>

type Step = Exclude<keyof Admission, 'name'>

const known = new WeakMap<readonly Admission[], Map<Step, readonly Admission[]>>()

/** Those that have a say in this step: few of them have one in each. */
const speaking = (admissions: readonly Admission[], step: Step): readonly Admission[] => {
  let steps = known.get(admissions)
  if (steps === undefined) {
    steps = new Map()
    known.set(admissions, steps)
  }
  let those = steps.get(step)
  if (those === undefined) {
    those = admissions.filter((admission) => admission[step] !== undefined)
    steps.set(step, those)
  }
  return those
}

/** All admissions about one write, in their order: each sees what those before it have made of the object. */
export class AdmissionChain {
  readonly #admissions: readonly Admission[]
  readonly #surroundings: Surroundings
  readonly #subresource: string

  constructor(admissions: readonly Admission[], surroundings: Surroundings, subresource: string) {
    this.#admissions = admissions
    this.#surroundings = surroundings
    this.#subresource = subresource
  }

  create(step: 'create' | 'complete' | 'allocate' | 'count', given: ApiObject): ApiObject {
    let request = this.#of(given)
    for (const admission of speaking(this.#admissions, step)) {
      const object = admission[step]!(request)
      if (object !== request.object) request = this.#of(object)
    }
    return request.object
  }

  update(
    step: 'update' | 'completeUpdate' | 'allocateUpdate' | 'countUpdate',
    given: ApiObject,
    previous: ApiObject,
  ): ApiObject {
    let request = this.#ofUpdate(given, previous)
    for (const admission of speaking(this.#admissions, step)) {
      const object = admission[step]!(request)
      if (object !== request.object) request = this.#ofUpdate(object, previous)
    }
    return request.object
  }

  check(object: ApiObject): void {
    const request = this.#of(object)
    for (const admission of speaking(this.#admissions, 'check')) admission.check!(request)
  }

  checkUpdate(object: ApiObject, previous: ApiObject): void {
    const request = this.#ofUpdate(object, previous)
    for (const admission of speaking(this.#admissions, 'checkUpdate')) admission.checkUpdate!(request)
  }

  delete(object: ApiObject): void {
    const request = this.#of(object)
    for (const admission of speaking(this.#admissions, 'delete')) admission.delete!(request)
  }

  #of(object: ApiObject): CreateAdmission {
    return { ...this.#surroundings, object }
  }

  #ofUpdate(object: ApiObject, previous: ApiObject): UpdateAdmission {
    return { ...this.#surroundings, object, previous, subresource: this.#subresource }
  }
}
