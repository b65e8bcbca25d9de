/**
 * `PATCH_MALFORMED`: no JSON patch at all (Kubernetes answers 400 with the message). `PATCH_UNFIT`: a patch that does not
 * fit the object (422 with no words but the generic ones). `PATCH_TOO_LARGE`: more than 10,000 operations (413). The
 * messages are those of the library that Kubernetes patches with.
 */
export class JsonPatchError extends Error {
  readonly code: 'PATCH_MALFORMED' | 'PATCH_UNFIT' | 'PATCH_TOO_LARGE'
  /** Nothing is wrong with the patch: the object is not as it asks. */
  readonly isFailedTest: boolean
  constructor(code: JsonPatchError['code'], message: string, isFailedTest = false) {
    super(message)
    this.name = 'JsonPatchError'
    this.code = code
    this.isFailedTest = isFailedTest
  }
}
