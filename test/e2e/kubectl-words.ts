/**
 * What kubectl says of a manifest that it refuses, in the words of newer ones. Before 1.25 it checks against the
 * OpenAPI document by itself, before it asks: `ValidationError(Service.spec.ports[0]): unknown field "targetport" in
 * io.k8s…` → `unknown field "spec.ports[0].targetport"`.
 */
export const inNewerWords = (stderr: string): string =>
  stderr
    .replaceAll(/ValidationError\(\w+\.([^)]+)\): unknown field "([^"]+)" in [\w.]+/g, 'unknown field "$1.$2"')
    .replaceAll(/ValidationError\(\w+\.([^)]+)\): missing required field "([^"]+)" in [\w.]+/g, '$1.$2: Required value')
    .replaceAll(
      /ValidationError\(\w+\.([^)]+)\): invalid type for [\w.]+\.(\w+)\.(\w+): got "(\w+)", expected "(\w+)"/g,
      (_, path: string, struct: string, field: string, got: string, expected: string) => {
        const upTo = path.slice(0, path.lastIndexOf(field) + field.length)
        const given = got === 'map' ? 'object' : got
        return `cannot unmarshal ${given} into Go struct field ${struct}.${upTo} of type ${expected === 'integer' ? 'int32' : expected}`
      },
    )
