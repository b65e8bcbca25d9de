import assert from 'node:assert/strict'
import { refusals } from '#api/testing/refusals.ts'

/** A container, with what else a test says of it. */
export const container = (more: object = {}): object => ({ name: 'c', image: 'i', ...more })

/** A pod of one container, with what else a test says of its spec. */
export const podOf = (spec: object = {}, metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', ...metadata },
  spec: { containers: [container()], ...spec },
})

/** Holds whole lists of errors of pods with such a spec, each given without `spec.`. */
export const holdPods = (cases: readonly (readonly [object, readonly string[]])[]): void => {
  for (const [spec, errors] of cases)
    assert.deepEqual(
      refusals(podOf(spec)),
      errors.map((error) => `spec.${error}`),
      JSON.stringify(spec),
    )
}
