import type { ApiObject } from '#api/resource.ts'
import type { Admission, CreateAdmission, UpdateAdmission } from '../admission/admission.ts'

/** What each admission is told of a write, whatever the object has become. */
type Surroundings = Omit<CreateAdmission, 'object'>

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
    let object = given
    for (const admission of this.#admissions) object = admission[step]?.({ ...this.#surroundings, object }) ?? object
    return object
  }

  update(
    step: 'update' | 'completeUpdate' | 'allocateUpdate' | 'countUpdate',
    given: ApiObject,
    previous: ApiObject,
  ): ApiObject {
    let object = given
    for (const admission of this.#admissions) object = admission[step]?.(this.#ofUpdate(object, previous)) ?? object
    return object
  }

  check(object: ApiObject): void {
    for (const admission of this.#admissions) admission.check?.({ ...this.#surroundings, object })
  }

  checkUpdate(object: ApiObject, previous: ApiObject): void {
    for (const admission of this.#admissions) admission.checkUpdate?.(this.#ofUpdate(object, previous))
  }

  delete(object: ApiObject): void {
    for (const admission of this.#admissions) admission.delete?.({ ...this.#surroundings, object })
  }

  #ofUpdate(object: ApiObject, previous: ApiObject): UpdateAdmission {
    return { ...this.#surroundings, object, previous, subresource: this.#subresource }
  }
}
